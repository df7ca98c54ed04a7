import type { Table } from '../tables/tables.ts';

// A chart is computed once: every number, tick, label, and sentence of it. The panel and the HTML report only draw.

/** Colors by name. Each renderer has its own shades of them. */
export type SeriesColor = 'blue' | 'yellow' | 'green' | 'purple' | 'red';

/** One point of a series. */
export interface Point {
  readonly x: number;
  /** Null without a value. The line is interrupted there. */
  readonly y: number | null;
  /** Ends of the interval of the point, along the x axis. */
  readonly low?: number;
  readonly high?: number;
  /** Ends of the interval of the point, along the y axis. */
  readonly bottom?: number;
  readonly top?: number;
  /** Label next to the point. */
  readonly name?: string;
  /** Additional text of a tooltip, such as the number of responses. */
  readonly note?: string;
}

/** One series of a chart. Later series are drawn over earlier ones. */
export interface Series {
  readonly label: string;
  readonly color: SeriesColor;
  /** Distinguished by more than color: a filled area, a line, a dashed line, or only dots. */
  readonly look: 'area' | 'line' | 'dashed' | 'dots';
  readonly points: readonly Point[];
  /** `bars`: each point is the middle of a bar one unit wide; `steps`: the value applies up to the next point. */
  readonly shape?: 'bars' | 'steps';
  /** Each point is drawn, because there are few, and each was measured. */
  readonly dots?: boolean;
}

/** A linear axis. Where values aren't spread evenly, places on it are computed and `tick` names them. */
export interface ChartAxis {
  readonly title: string;
  readonly min: number;
  readonly max: number;
  readonly ticks: readonly number[];
  /** Writes a tick, as short as can be. */
  readonly tick: (value: number) => string;
  /** Writes a value for a tooltip. */
  readonly text: (value: number) => string;
  /** Returns the ticks of a part; present if the axis can be zoomed. */
  readonly ticksOf?: (min: number, max: number) => readonly number[];
}

/** A vertical line at a value of the x axis, with its name above. */
export interface Marker {
  readonly x: number;
  readonly label: string;
}

/** A horizontal line at a value of the y axis, with its name at its start. */
export interface Limit {
  readonly y: number;
  readonly label: string;
}

/** A stretch of the x axis that is set apart, over the whole height. */
export interface Band {
  readonly from: number;
  readonly to: number;
  readonly label: string;
}

/** Everything a chart shows at one moment, in words and in numbers. */
export interface ChartContent {
  readonly title: string;
  /** The chart in one or two sentences, for those who don't see it. */
  readonly summary: string;
  readonly series: readonly Series[];
  readonly x: ChartAxis;
  readonly y: ChartAxis;
  readonly markers?: readonly Marker[];
  readonly limits?: readonly Limit[];
  readonly band?: Band;
  /** Small print below the chart. */
  readonly remark?: string;
  /** The same data as a table. */
  readonly table: Table;
}

/** A line that says what is to be reached. */
export interface GoalLine {
  readonly value: number;
  readonly label: string;
}

interface RowOfChart {
  readonly name: string;
  /** Drawn in colour; all others in grey. */
  readonly own?: boolean | undefined;
}

/** A bar for each client, from 0. */
export interface BarsPanel {
  readonly kind: 'bars';
  readonly title: string;
  readonly bars: readonly (RowOfChart & { readonly value: number })[];
  readonly digits: number;
  readonly goal?: GoalLine | undefined;
}

/** p50 and p99 of each client in ms, on a logarithmic axis. */
export interface DotsPanel {
  readonly kind: 'dots';
  readonly title: string;
  readonly rows: readonly (RowOfChart & { readonly p50: number; readonly p99: number })[];
  readonly goal?: GoalLine | undefined;
}

/** A line over a logarithmic horizontal axis, from 0. */
export interface LinesPanel {
  readonly kind: 'lines';
  readonly title: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** A picture for the README. Panels of bars or dots stand side by side and share the names of their rows. */
export interface Chart {
  /** Its name in `media`, without `.png`. */
  readonly file: string;
  readonly title: string;
  readonly panels: readonly BarsPanel[] | readonly DotsPanel[] | readonly LinesPanel[];
}

/** Dots stand between these, ms. */
const dots = { least: 0.01, most: 1_000 };
/** Share of a cell that bars and dots may take; their numbers stand to the right. */
const room = 0.76;

/** The chart as an HTML page; the picture is its `figure`. */
export function chartPage(chart: Chart, footer: string): string {
  return `<!doctype html><meta charset="utf-8"><style>${style}</style><figure><h1>${chart.title}</h1>${bodyOf(chart)}<footer>${footer}</footer></figure>`;
}

function bodyOf({ panels }: Chart): string {
  const [first] = panels;
  if (first === undefined) return '';
  if (first.kind === 'lines')
    return `<div class="lines">${panels.map((panel) => (panel.kind === 'lines' ? lines(panel) : '')).join('')}</div>`;
  const rows = first.kind === 'bars' ? first.bars : first.rows;
  const columns = panels.map((panel) => (panel.kind === 'lines' ? [] : cells(panel)));
  const axis = panels.map((panel) => `<div class="cell axis">${panel.kind === 'dots' ? ticks() : ''}</div>`);
  return `<div class="grid" style="grid-template-columns:max-content repeat(${panels.length},1fr)">
<b></b>${panels.map(({ title }) => `<b>${title}</b>`).join('')}
<b></b>${panels.map((panel) => `<div class="cell head">${panel.kind === 'lines' ? '' : goalLabel(panel)}</div>`).join('')}
${rows.map(({ name, own }, i) => `<span${own ? ' class="own"' : ''}>${name}</span>${columns.map((column) => column[i] ?? '').join('')}`).join('')}
<b></b>${axis.join('')}</div>`;
}

function cells(panel: BarsPanel | DotsPanel): string[] {
  const at = placing(panel);
  const goal = panel.goal ? `<i class="goal" style="left:${at(panel.goal.value)}"></i>` : '';
  const cell = (content: string): string => `<div class="cell">${content}${goal}</div>`;
  if (panel.kind === 'bars')
    return panel.bars.map(({ own, value }) =>
      cell(
        Number.isNaN(value)
          ? number('0%', 'not measured')
          : `<i class="bar${own ? ' own' : ''}" style="width:${at(value)}"></i>${number(at(value), value.toFixed(panel.digits))}`,
      ),
    );
  return panel.rows.map(({ own, p50, p99 }) => {
    if (Number.isNaN(p99)) return cell(number('0%', 'not measured'));
    const look = own ? ' own' : '';
    const words = `${short(p50)} / ${short(p99)}`;
    return cell(
      `<i class="span${look}" style="left:${at(p50)};right:calc(100% - ${at(p99)})"></i><i class="dot hollow${look}" style="left:${at(p50)}"></i><i class="dot${look}" style="left:${at(p99)}"></i>${number(at(Math.max(p50, p99)), words)}`,
    );
  });
}

const number = (left: string, words: string): string => `<em style="left:calc(${left} + 8px)">${words}</em>`;

const short = (value: number): string => (Math.abs(value) >= 10 ? value.toFixed(0) : value.toFixed(2));

/** Where a value stands in a cell, as a length of CSS. */
function placing(panel: BarsPanel | DotsPanel): (value: number) => string {
  if (panel.kind === 'bars') {
    const values = [...panel.bars.map(({ value }) => value), panel.goal?.value ?? 0].filter((value) => value > 0);
    const most = Math.max(...values);
    return (value) => percent((Math.max(0, value) / most) * room);
  }
  const decades = Math.log10(dots.most / dots.least);
  return (value) => {
    const within = Math.min(dots.most, Math.max(dots.least, value));
    return percent((Math.log10(within / dots.least) / decades) * room);
  };
}

function goalLabel(panel: BarsPanel | DotsPanel): string {
  return panel.goal === undefined
    ? ''
    : `<em class="goal" style="right:calc(100% - ${placing(panel)(panel.goal.value)} - 4px)">${panel.goal.label}</em>`;
}

function ticks(): string {
  const at = placing({ kind: 'dots', title: '', rows: [] });
  return [0.01, 0.1, 1, 10, 100, 1_000].map((value) => `<u style="left:${at(value)}">${value}</u>`).join('');
}

function lines({ title, points }: LinesPanel): string {
  const [width, height, pad] = [290, 120, 30];
  const xs = points.map(({ x }) => Math.log10(x));
  const [from, to] = [Math.min(...xs), Math.max(...xs)];
  const top = Math.max(...points.map(({ y }) => y)) * 1.15;
  const spots = points.map(({ x, y }) => ({
    x: pad + ((Math.log10(x) - from) / (to - from || 1)) * (width - 2 * pad),
    y: height - 20 - (y / top) * (height - 36),
    value: y,
    name: x >= 1e6 ? `${x / 1e6}M` : x >= 1e3 ? `${x / 1e3}k` : String(x),
  }));
  return `<div><b>${title}</b><svg width="${width}" height="${height}"><line x1="${pad - 12}" x2="${width - pad + 12}" y1="${height - 20}" y2="${height - 20}"/>
<polyline points="${spots.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ')}"/>
${spots.map(({ x, y, value, name }) => `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="3.5"/><text x="${x.toFixed(1)}" y="${(y - 8).toFixed(1)}">${value >= 10 ? value.toFixed(0) : value.toFixed(2)}</text><text class="x" x="${x.toFixed(1)}" y="${height - 5}">${name}</text>`).join('')}</svg></div>`;
}

const percent = (share: number): string => `${(share * 100).toFixed(2)}%`;

const style = `
*{box-sizing:border-box;margin:0}
body{background:transparent;padding:8px;width:1000px;font:13px/1.35 "DejaVu Sans",system-ui,sans-serif;color:#1f2328}
figure{background:#fff;border:1px solid #d1d9e0;border-radius:8px;padding:16px 20px 12px}
h1{font-size:15px;margin-bottom:12px}
b{font-weight:600;font-size:12px}
footer{margin-top:8px;font-size:11px;color:#59636e}
.grid{display:grid;column-gap:18px;align-items:stretch}
.grid>span{height:24px;line-height:24px;color:#59636e;white-space:nowrap}
.grid>span.own{color:#1f2328;font-weight:700}
.cell{position:relative;height:24px}
.cell.head{height:18px}
.cell.axis{height:18px}
.cell i{position:absolute;display:block}
.bar{left:0;top:4px;height:16px;background:#b6bec6;border-radius:0 3px 3px 0}
.bar.own{background:#0969da}
.cell em{position:absolute;z-index:1;top:4px;font-style:normal;white-space:nowrap;font-size:12px;line-height:16px;background:#fff}
i.goal{top:0;bottom:0;width:0;border-left:2px dashed #bc4c00}
.cell.head em.goal{top:0;color:#bc4c00;font-size:11px}
.span{top:11px;height:2px;background:#b6bec6}
.span.own{background:#0969da}
.dot{top:7px;width:10px;height:10px;margin-left:-5px;border-radius:50%;background:#8c959f;border:2px solid #8c959f}
.dot.own{background:#0969da;border-color:#0969da}
.dot.hollow{background:#fff}
.axis u{position:absolute;transform:translateX(-50%);text-decoration:none;font-size:10px;color:#59636e}
.lines{display:grid;grid-template-columns:repeat(3,1fr);gap:12px}
.lines svg{display:block}
.lines line{stroke:#8c959f}
.lines polyline{fill:none;stroke:#0969da;stroke-width:2}
.lines circle{fill:#0969da}
.lines text{font-size:11px;text-anchor:middle;fill:#1f2328}
.lines text.x{fill:#59636e}
`;

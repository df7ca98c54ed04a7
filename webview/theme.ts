import type { SeriesColor } from '../src/core/report/charts/content.ts';

/** Colors and fonts of the editor's theme as a canvas needs them. */
export interface Theme {
  readonly foreground: string;
  readonly dim: string;
  readonly grid: string;
  readonly axis: string;
  /** A part of the chart that is set apart, and one that is being chosen. */
  readonly band: string;
  readonly selection: string;
  /** A series' color as a filling. */
  readonly fill: (color: string, of: 'area' | 'bar') => string;
  readonly tooltipBackground: string;
  readonly tooltipForeground: string;
  readonly tooltipBorder: string;
  readonly series: Readonly<Record<SeriesColor, string>>;
  readonly fontFamily: string;
  readonly fontSize: number;
  readonly highContrast: boolean;
}

/** Reads the theme as it is now. */
export function readTheme(): Theme {
  const styles = getComputedStyle(document.body);
  const read = (...names: string[]): string => {
    for (const name of names) {
      const value = styles.getPropertyValue(`--vscode-${name}`).trim();
      if (value !== '') return value;
    }
    return styles.color;
  };
  const highContrast = ['vscode-high-contrast', 'vscode-high-contrast-light'].some(hasBodyClass);
  const foreground = read('editor-foreground', 'foreground');
  return {
    foreground,
    dim: highContrast ? foreground : read('descriptionForeground', 'foreground'),
    grid: fade(foreground, highContrast ? 0.35 : 0.12),
    axis: fade(foreground, highContrast ? 0.8 : 0.3),
    band: fade(foreground, 0.12),
    selection: fade(read('editor-selectionBackground', 'charts-blue'), 0.45),
    fill: (color, of) => fade(color, highContrast ? 0.25 : of === 'bar' ? 0.7 : 0.3),
    tooltipBackground: read('editorHoverWidget-background', 'editor-background'),
    tooltipForeground: read('editorHoverWidget-foreground', 'editor-foreground'),
    tooltipBorder: read('contrastBorder', 'editorHoverWidget-border', 'editor-foreground'),
    // Not the editor's orange: that of the default themes is nearly transparent.
    series: {
      blue: read('charts-blue'),
      yellow: read('charts-yellow'),
      green: read('charts-green'),
      purple: read('charts-purple'),
      red: read('charts-red'),
    },
    fontFamily: read('font-family'),
    fontSize: Number.parseFloat(styles.getPropertyValue('--vscode-font-size')) || 13,
    highContrast,
  };
}

function fade(color: string, share: number): string {
  return `color-mix(in srgb, ${color} ${share * 100}%, transparent)`;
}

/** True while a screen reader is in use. Tables are open then. */
export function usesScreenReader(): boolean {
  return hasBodyClass('vscode-using-screen-reader');
}

/** Calls the listener whenever the editor's theme may have changed: the editor then sets the class of the body. */
export function watchTheme(listener: () => void): void {
  new MutationObserver(listener).observe(document.body, { attributes: true, attributeFilter: ['class'] });
}

function hasBodyClass(name: string): boolean {
  return document.body.classList.contains(name);
}

import { build } from 'esbuild';
import { createServer, type Server } from 'node:http';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { FromPanel, PersistedPanel, ToPanel } from '../../src/panel-protocol.ts';
import { chromiumArgs, ensureChromium } from '../support/host/chromium.ts';
import { themes, type ThemeName } from './themes.ts';

declare global {
  interface Window {
    /** What the panel sent to the extension. */
    posted: FromPanel[];
    /** What the panel asked to keep. */
    kept: PersistedPanel | undefined;
    /** What the content security policy forbade. */
    violations: string[];
  }
}

/** How a panel is opened. */
export interface PanelOptions {
  readonly theme?: ThemeName;
  readonly width?: number;
  readonly height?: number;
  /** Further classes of the body, as the editor sets them. */
  readonly classes?: readonly string[];
}

/** The panel in a browser, without an editor around it. */
export interface Panel {
  readonly page: Page;
  send(message: ToPanel): Promise<void>;
  posted(): Promise<FromPanel[]>;
  kept(): Promise<PersistedPanel | undefined>;
  /** Errors of scripts and breaches of the content security policy. */
  complaints(): Promise<string[]>;
}

/** Serves the panel with the editor's content security policy, and opens it in Chromium. */
export interface Harness {
  open(options?: PanelOptions): Promise<Panel>;
  close(): Promise<void>;
}

const nonce = 'r4nd0m';
const styleNonce = 's0m30th3r';
const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'self' 'nonce-${styleNonce}'; font-src 'self'; img-src 'self'`;

/** Builds the panel and starts server and browser. */
export async function startHarness(): Promise<Harness> {
  const files = await bundle();
  const server = await serve(files);
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const browser = await launch();
  return {
    open: (options = {}) => openPanel(browser, `http://127.0.0.1:${String(port)}`, options),
    async close() {
      await browser.close();
      await new Promise((done) => server.close(done));
    },
  };
}

function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: ensureChromium(), args: chromiumArgs });
}

async function bundle(): Promise<ReadonlyMap<string, { type: string; text: string }>> {
  const result = await build({
    entryPoints: { panel: 'webview/main.ts', 'panel-style': 'webview/panel.css' },
    outdir: 'out',
    write: false,
    bundle: true,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
  });
  const files = new Map<string, { type: string; text: string }>();
  for (const { path, text } of result.outputFiles) {
    const css = path.endsWith('.css');
    files.set(css ? '/panel-style.css' : '/panel.js', { type: css ? 'text/css' : 'text/javascript', text });
  }
  for (const [name, variables] of Object.entries(themes)) {
    const lines = Object.entries(variables).map(([key, value]) => `--vscode-${key}: ${value};`);
    files.set(`/${name}.css`, { type: 'text/css', text: `:root { ${lines.join('\n')} }` });
  }
  return files;
}

async function serve(files: ReadonlyMap<string, { type: string; text: string }>): Promise<Server> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const file = files.get(url.pathname);
    if (file === undefined && url.pathname !== '/') {
      response.writeHead(204).end();
      return;
    }
    response.writeHead(200, {
      'content-type': `${file?.type ?? 'text/html'}; charset=utf-8`,
      'content-security-policy': policy,
    });
    response.end(file?.text ?? html(url.searchParams));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return server;
}

/** The page as the extension writes it, and before it what the editor puts into every webview. */
function html(parameters: URLSearchParams): string {
  const theme = parameters.get('theme') ?? 'dark';
  const kind = theme === 'high-contrast' ? 'vscode-high-contrast' : `vscode-${theme}`;
  const classes = [kind, parameters.get('classes') ?? ''].join(' ').trim();
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta property="csp-nonce" content="${styleNonce}">
    <title>Loadlens</title>
    <link rel="stylesheet" id="theme" href="/${theme}.css">
    <link rel="stylesheet" href="/panel-style.css">
    <script nonce="${nonce}">
      window.posted = [];
      window.violations = [];
      addEventListener('securitypolicyviolation', (e) => violations.push(e.violatedDirective + ' ' + e.blockedURI));
      window.acquireVsCodeApi = () => ({
        postMessage: (message) => posted.push(message),
        setState: (state) => { window.kept = state; },
        getState: () => window.kept,
      });
    </script>
  </head>
  <body class="${classes}" data-vscode-theme-kind="${kind}">
    <script nonce="${nonce}" src="/panel.js"></script>
  </body>
</html>`;
}

async function openPanel(browser: Browser, url: string, options: PanelOptions): Promise<Panel> {
  const { theme = 'dark', width = 1000, height = 800, classes = [] } = options;
  const page = await browser.newPage({ viewport: { width, height } });
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.goto(`${url}/?${new URLSearchParams({ theme, classes: classes.join(' ') }).toString()}`);
  return {
    page,
    send: (message) =>
      page.evaluate((data) => {
        window.dispatchEvent(new MessageEvent('message', { data }));
      }, message),
    posted: () => page.evaluate(() => window.posted),
    kept: () => page.evaluate(() => window.kept),
    complaints: async () => [...errors, ...(await page.evaluate(() => window.violations))],
  };
}

import { env, Uri, type Webview } from 'vscode';
import { randomBytes } from 'node:crypto';

/** The page of the results panel: one script, one style sheet, and nothing else may load. */
export function panelHtml(webview: Webview, root: Uri, title: string): string {
  const nonce = randomBytes(16).toString('base64');
  const script = webview.asWebviewUri(Uri.joinPath(root, 'panel.js')).toString();
  const style = webview.asWebviewUri(Uri.joinPath(root, 'panel-style.css')).toString();
  const policy = `default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="${env.language}">
  <head>
    <meta charset="UTF-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <link rel="stylesheet" href="${style}" />
    <title>${title}</title>
  </head>
  <body>
    <script nonce="${nonce}" src="${script}"></script>
  </body>
</html>`;
}

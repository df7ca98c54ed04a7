import { env, Uri, type Webview } from 'vscode';
import { randomBytes } from 'node:crypto';

const newNonce = (): string => randomBytes(16).toString('base64');

/**
 * The page of the results panel: one script and one style sheet, and nothing else may load. The toolkit tests the
 * browser with an empty style element and takes its nonce from the meta element, so scripts have a different nonce.
 */
export function panelHtml(webview: Webview, root: Uri, title: string): string {
  const scriptNonce = newNonce();
  const styleNonce = newNonce();
  const script = webview.asWebviewUri(Uri.joinPath(root, 'panel.js')).toString();
  const style = webview.asWebviewUri(Uri.joinPath(root, 'panel-style.css')).toString();
  const policy = [
    `default-src 'none'`,
    `style-src ${webview.cspSource} 'nonce-${styleNonce}'`,
    `script-src 'nonce-${scriptNonce}'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${env.language}">
  <head>
    <meta charset="UTF-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta property="csp-nonce" content="${styleNonce}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <link rel="stylesheet" href="${style}" />
    <title>${title}</title>
  </head>
  <body>
    <script nonce="${scriptNonce}" src="${script}"></script>
  </body>
</html>`;
}

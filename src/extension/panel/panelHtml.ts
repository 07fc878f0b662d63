import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** What a page may load, and nothing else. */
export function panelOptions(extension: vscode.Uri): vscode.WebviewOptions {
  return {
    enableScripts: true,
    localResourceRoots: [vscode.Uri.joinPath(extension, 'dist'), vscode.Uri.joinPath(extension, 'media')],
  };
}

/** The page of a panel. */
export function panelHtml(webview: vscode.Webview, extension: vscode.Uri): string {
  return pageHtml(webview, extension, 'webview', 'Activation Pattern Diagram');
}

/**
 * A page: no data is in it, everything comes by messages.
 * @param bundle name of its script and its style sheet in dist/
 */
export function pageHtml(
  webview: vscode.Webview,
  extension: vscode.Uri,
  bundle: 'webview' | 'details' | 'logTable',
  title: string,
): string {
  const nonce = randomBytes(16).toString('base64');
  const resource = (name: string) =>
    webview.asWebviewUri(vscode.Uri.joinPath(extension, 'dist', name)).toString();
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource}`,
    `font-src ${webview.cspSource}`,
    `img-src ${webview.cspSource}`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${title}</title>
    <link rel="stylesheet" href="${resource(`${bundle}.css`)}" />
  </head>
  <body>
    <div id="app"></div>
    <script nonce="${nonce}" src="${resource(`${bundle}.js`)}"></script>
  </body>
</html>
`;
}

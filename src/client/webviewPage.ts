import { randomBytes } from 'node:crypto'
import { Uri, type Webview } from 'vscode'

/** A page of our own. */
export interface PageNames {
  /** Of its bundle and its style sheet in `dist`, and of the element that it fills. */
  readonly name: string
  readonly title: string
}

/** The document of a page: nothing but its own bundle may run in it, and nothing may be loaded from elsewhere. */
export function pageOf(webview: Webview, dist: Uri, { name, title }: PageNames): string {
  const nonce = randomBytes(16).toString('base64')
  const policy = `default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'`
  const address = (file: string): string => webview.asWebviewUri(Uri.joinPath(dist, file)).toString()
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${address(`${name}.css`)}">
<title>${title}</title>
</head>
<body>
<main id="${name}"></main>
<script nonce="${nonce}" src="${address(`${name}.js`)}"></script>
</body>
</html>`
}

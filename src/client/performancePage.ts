import {
  CLIENT_COMMANDS,
  NUMBER_COLUMNS,
  performanceParts,
  type PerformanceReport,
} from '../protocol/index.ts'

/** The report as a page without scripts, in the colours of the editor; its buttons are links that run commands. */
export function performancePage(report: PerformanceReport): string {
  const { facts, header, rows, chosen, hints } = performanceParts(report)
  const isChosen = (index: number): boolean => chosen.includes(index)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>ConceptLens Performance</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Performance</h1>
<p class="buttons">${button('Run the trial again', CLIENT_COMMANDS.measurePerformance)} ${button('Copy as text', CLIENT_COMMANDS.copyPerformance)}</p>
<dl>${facts.map(([label, value]) => `<dt>${escaped(label)}</dt><dd>${escaped(value)}</dd>`).join('\n')}</dl>
${rows.length > 0 ? `<h2>What was tried</h2>\n${table(header, rows, isChosen)}` : ''}
${hints.length > 0 ? `<h2>What would be needed for more</h2>\n${hints.map((hint) => `<p>${escaped(hint)}</p>`).join('\n')}` : ''}
</main>
</body>
</html>`
}

function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  isChosen: (index: number) => boolean,
): string {
  const kind = (column: number): string => (NUMBER_COLUMNS.includes(column) ? ' class="number"' : '')
  const head = header.map((text, column) => `<th scope="col"${kind(column)}>${escaped(text)}</th>`).join('')
  const body = rows.map((row, index) => {
    const cells = row.map((text, column) =>
      column === 0 ? `<th scope="row">${escaped(text)}</th>` : `<td${kind(column)}>${escaped(text)}</td>`,
    )
    return `<tr${isChosen(index) ? ' class="chosen"' : ''}>${cells.join('')}</tr>`
  })
  return `<div class="scrolls" tabindex="0" role="region" aria-label="What was tried"><table>
<thead><tr>${head}</tr></thead>
<tbody>${body.join('\n')}</tbody>
</table></div>`
}

function button(text: string, command: string): string {
  return `<a class="button" role="button" href="command:${command}">${escaped(text)}</a>`
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (letter) => ESCAPES[letter] ?? letter)
}

const STYLE = `
body { color: var(--vscode-foreground); font: var(--vscode-font-size)/1.5 var(--vscode-font-family); padding: 0 24px 24px; }
main { max-width: 1100px; }
h1 { font-size: 1.8em; font-weight: 400; margin: 20px 0 12px; }
h2 { font-size: 1.2em; font-weight: 600; margin: 28px 0 8px; }
dl { display: grid; gap: 4px 20px; grid-template-columns: max-content 1fr; margin: 20px 0; }
dt { color: var(--vscode-descriptionForeground); }
dd { margin: 0; overflow-wrap: anywhere; }
.scrolls { overflow-x: auto; }
.scrolls:focus-visible, .button:focus-visible { outline: 1px solid var(--vscode-focusBorder); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--vscode-widget-border, var(--vscode-panel-border)); padding: 6px 14px 6px 0; text-align: left; vertical-align: top; }
th { font-weight: 600; }
thead th { color: var(--vscode-descriptionForeground); font-weight: 400; white-space: nowrap; }
td { white-space: nowrap; }
td:last-child { min-width: 190px; overflow-wrap: anywhere; white-space: normal; }
.number { font-variant-numeric: tabular-nums; text-align: right; }
.chosen td, .chosen th { background: var(--vscode-list-inactiveSelectionBackground); color: var(--vscode-list-inactiveSelectionForeground, inherit); }
.chosen th { box-shadow: inset 3px 0 var(--vscode-charts-green, var(--vscode-focusBorder)); }
tbody th { padding-left: 12px; }
thead th:first-child { padding-left: 12px; }
.button { background: var(--vscode-button-background); border: 1px solid var(--vscode-button-border, transparent); border-radius: 3px; color: var(--vscode-button-foreground); display: inline-block; margin-right: 8px; padding: 4px 12px; text-decoration: none; }
.button:hover { background: var(--vscode-button-hoverBackground); color: var(--vscode-button-foreground); }
.button + .button { background: var(--vscode-button-secondaryBackground); border-color: var(--vscode-widget-border, var(--vscode-button-border, transparent)); color: var(--vscode-button-secondaryForeground); }
.button + .button:hover { background: var(--vscode-button-secondaryHoverBackground); }
`

/**
 * A foreign text as it may stand in Markdown: nothing in it becomes markup, a link, HTML or an automatic link, and it
 * stays on one line.
 */
export function plain(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[\\`*_{}[\]()#+\-.!|~$:@"'^=/]/g, '\\$&')
}

/** A link that runs a command with one argument. Hovers show it only where the client allows the command. */
export function commandLink(label: string, command: string, argument: unknown): string {
  const parameters = encodeURIComponent(JSON.stringify([argument])).replace(/[()'*!]/g, hex)
  return `[${plain(label)}](command:${command}?${parameters})`
}

/** A link to a web page whose address the program made itself. */
export function webLink(label: string, address: string): string {
  return `[${plain(label)}](${address})`
}

/** The text, at most `length` units long, the end replaced by an ellipsis; never cuts a surrogate pair. */
export function shorten(text: string, length: number): string {
  if (text.length <= length) return text
  return `${text
    .slice(0, length - 1)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trimEnd()}…`
}

function hex(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
}

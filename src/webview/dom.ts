/// <reference lib="dom" />

/** Attributes of an element; `undefined` and `false` leave one out, `true` sets it empty. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>

/** Makes an element. Texts are set as text, never read as markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name)
  setAttributes(made, attributes)
  made.append(...children)
  return made
}

export function setAttributes(target: Element, attributes: Attributes): void {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) target.removeAttribute(key)
    else target.setAttribute(key, value === true ? '' : String(value))
  }
}

/** A button that does something; its focus stays where it was when it is clicked. */
export function button(
  label: readonly (Node | string)[],
  onClick: () => void,
  attributes: Attributes = {},
): HTMLButtonElement {
  const made = element('button', { type: 'button', ...attributes }, ...label)
  made.addEventListener('click', onClick)
  return made
}

const SVG = 'http://www.w3.org/2000/svg'

const PATHS = {
  accepted: 'M3.5 8.5l3 3 6-7',
  none: 'M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 0 0 0-11M4.2 11.8l7.6-7.6',
  review: 'M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 0 0 0-11M8 5v3.6M8 10.8v.4',
  search: 'M7 3a4 4 0 1 0 0 8a4 4 0 0 0 0-8M10 10l3.5 3.5',
} as const

/** A small drawing in the colour of the text around it; it says nothing to a screen reader. */
export function icon(name: keyof typeof PATHS): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg')
  setAttributes(svg, { viewBox: '0 0 16 16', class: 'icon', 'aria-hidden': 'true' })
  const path = document.createElementNS(SVG, 'path')
  setAttributes(path, { d: PATHS[name] })
  svg.append(path)
  return svg
}

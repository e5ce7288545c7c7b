/**
 * The structure of a FHIR R4 ConceptMap, 4.0.1 (http://hl7.org/fhir/R4/conceptmap.html, table "Structure"; data types as in
 * http://hl7.org/fhir/R4/datatypes.html), as far as alignment writes it and what is required.
 */
interface ElementRule {
  readonly min: 0 | 1
  readonly max: 1 | '*'
  readonly type: keyof typeof TYPES | 'BackboneElement'
  readonly codes?: readonly string[]
}

const TYPES = {
  code: /^[^\s]+(\s[^\s]+)*$/,
  uri: /^\S+$/,
  string: /^[\s\S]*\S[\s\S]*$/,
  markdown: /^[\s\S]*\S[\s\S]*$/,
  boolean: /^(true|false)$/,
  dateTime:
    /^([0-9]{4})(-(0[1-9]|1[0-2])(-(0[1-9]|[1-2][0-9]|3[0-1])(T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2}))?)?)?$/,
} as const

const one = (type: ElementRule['type'], codes?: readonly string[]): ElementRule => ({
  min: 1,
  max: 1,
  type,
  ...(codes ? { codes } : {}),
})
const optional = (type: ElementRule['type']): ElementRule => ({ min: 0, max: 1, type })

const RULES: Readonly<Record<string, ElementRule>> = {
  'ConceptMap.resourceType': one('code', ['ConceptMap']),
  'ConceptMap.language': optional('code'),
  'ConceptMap.url': optional('uri'),
  'ConceptMap.version': optional('string'),
  'ConceptMap.name': optional('string'),
  'ConceptMap.title': optional('string'),
  'ConceptMap.status': one('code', ['draft', 'active', 'retired', 'unknown']),
  'ConceptMap.experimental': optional('boolean'),
  'ConceptMap.date': optional('dateTime'),
  'ConceptMap.publisher': optional('string'),
  'ConceptMap.description': optional('markdown'),
  'ConceptMap.copyright': optional('markdown'),
  'ConceptMap.group': { min: 0, max: '*', type: 'BackboneElement' },
  'ConceptMap.group.source': optional('uri'),
  'ConceptMap.group.sourceVersion': optional('string'),
  'ConceptMap.group.target': optional('uri'),
  'ConceptMap.group.targetVersion': optional('string'),
  'ConceptMap.group.element': { min: 1, max: '*', type: 'BackboneElement' },
  'ConceptMap.group.element.code': optional('code'),
  'ConceptMap.group.element.display': optional('string'),
  'ConceptMap.group.element.target': { min: 0, max: '*', type: 'BackboneElement' },
  'ConceptMap.group.element.target.code': optional('code'),
  'ConceptMap.group.element.target.display': optional('string'),
  'ConceptMap.group.element.target.equivalence': one('code', [
    'relatedto',
    'equivalent',
    'equal',
    'wider',
    'subsumes',
    'narrower',
    'specializes',
    'inexact',
    'unmatched',
    'disjoint',
  ]),
  'ConceptMap.group.element.target.comment': optional('string'),
}

/** What of a resource is not as the specification has it; invariants cmd-1 and cmp-0 included. */
export function conceptMapProblems(resource: unknown): string[] {
  return elementProblems(resource, 'ConceptMap')
}

function elementProblems(value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${path}: no object`]
  const content = value as Readonly<Record<string, unknown>>
  const unknown = Object.keys(content).filter((key) => !RULES[`${path}.${key}`])
  const children = Object.entries(RULES).filter(([rule]) => rule.slice(0, rule.lastIndexOf('.')) === path)
  return [
    ...unknown.map((key) => `${path}.${key}: no such element`),
    ...children.flatMap(([child, rule]) => childProblems(content[child.slice(path.length + 1)], child, rule)),
    ...invariantProblems(content, path),
  ]
}

function childProblems(value: unknown, path: string, { min, max, type, codes }: ElementRule): string[] {
  if (value === undefined) return min === 1 ? [`${path}: missing`] : []
  if (Array.isArray(value) !== (max === '*')) return [`${path}: ${max === 1 ? 'an array' : 'no array'}`]
  const values = Array.isArray(value) ? (value as unknown[]) : [value]
  if (values.length === 0) return [`${path}: an empty array`]
  return values.flatMap((item) => {
    if (type === 'BackboneElement') return elementProblems(item, path)
    if ((typeof item === 'boolean') !== (type === 'boolean') || !TYPES[type].test(String(item)))
      return [`${path}: ${JSON.stringify(item)} is no ${type}`]
    return codes && !codes.includes(String(item))
      ? [`${path}: ${JSON.stringify(item)} is no allowed code`]
      : []
  })
}

function invariantProblems(content: Readonly<Record<string, unknown>>, path: string): string[] {
  const { name, equivalence, comment } = content
  const isUnusable = typeof name === 'string' && !/^[A-Z]([A-Za-z0-9_]){0,254}$/.test(name)
  if (path === 'ConceptMap' && isUnusable) return [`${path}.name: not usable by programs (cmp-0)`]
  const isInexact = equivalence === 'narrower' || equivalence === 'inexact'
  return isInexact && comment === undefined ? [`${path}: no comment (cmd-1)`] : []
}

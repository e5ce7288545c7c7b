import type { OntologyClass } from '../../../src/knowledge/import/ontologyClass.ts'

type Written = Pick<OntologyClass, 'id' | 'label'> &
  Partial<OntologyClass> & { readonly replacedBy?: string | undefined; readonly isObsolete?: boolean }

const escaped = (text: string): string =>
  text.replace(/[\\"{}!]/g, (character) => `\\${character}`).replaceAll('\n', '\\n')

/** Writes classes as an OBO 1.4 file, by the escapes of its specification. */
export function oboText(classes: readonly Written[]): string {
  return ['format-version: 1.4', 'ontology: test', '', ...classes.flatMap(stanzaOf)].join('\n')
}

function stanzaOf(found: Written): string[] {
  const { definition, synonyms = [], xrefs = [], otherIds = [], parents = [] } = found
  return [
    '[Term]',
    `id: ${found.id}`,
    ...(found.label === '' ? [] : [`name: ${escaped(found.label)}`]),
    ...otherIds.map((id) => `alt_id: ${id}`),
    ...(definition ? [`def: "${escaped(definition)}" []`] : []),
    ...synonyms.map(
      ({ text, scope, type }) =>
        `synonym: "${escaped(text)}" ${scope.toUpperCase()} ${type ? `${type} ` : ''}[]`,
    ),
    ...xrefs.map((xref) => `xref: ${escaped(xref)}`),
    ...parents.map((id) => `is_a: ${id} ! a parent`),
    ...(found.isObsolete ? ['is_obsolete: true'] : []),
    ...(found.replacedBy ? [`replaced_by: ${found.replacedBy}`] : []),
    '',
  ]
}

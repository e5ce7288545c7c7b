import type { OntologyClass } from '../../../src/knowledge/import/ontologyClass.ts'

/** A triple; an object that is no IRI is a literal. */
export type Triple = readonly [subject: string, predicate: string, object: { iri: string } | { text: string }]

export const OBO = 'http://purl.obolibrary.org/obo/'
const RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#'
const OWL = 'http://www.w3.org/2002/07/owl#'
const OBO_IN_OWL = 'http://www.geneontology.org/formats/oboInOwl#'

type Written = OntologyClass & { readonly isObsolete?: boolean; readonly replacedBy?: string | undefined }

/** The triples of OBO-style classes in OWL, synonym types as axioms. */
export function owlTriples(classes: readonly Written[]): Triple[] {
  let nAxioms = 0
  return classes.flatMap((found) => {
    const subject = iriOf(found.id)
    const text = (predicate: string, value: string): Triple => [subject, predicate, { text: value }]
    const iri = (predicate: string, value: string): Triple => [subject, predicate, { iri: value }]
    const axiom = (predicate: string, target: string, type: string): Triple[] => {
      const node = `http://example.org/axiom/${String((nAxioms += 1))}`
      return [
        [node, `${OWL}annotatedSource`, { iri: subject }],
        [node, `${OWL}annotatedProperty`, { iri: predicate }],
        [node, `${OWL}annotatedTarget`, { text: target }],
        [node, `${OBO_IN_OWL}hasSynonymType`, { iri: `${OBO}test#${type}` }],
      ]
    }
    return [
      iri(`${RDF}type`, `${OWL}Class`),
      ...(found.label === '' ? [] : [text('http://www.w3.org/2000/01/rdf-schema#label', found.label)]),
      ...(found.definition === '' ? [] : [text(`${OBO}IAO_0000115`, found.definition)]),
      ...found.synonyms.flatMap(({ text: synonym, scope, type }) => {
        const predicate = `${OBO_IN_OWL}has${scope[0]!.toUpperCase()}${scope.slice(1)}Synonym`
        return [text(predicate, synonym), ...(type === '' ? [] : axiom(predicate, synonym, type))]
      }),
      ...found.xrefs.map((xref) => text(`${OBO_IN_OWL}hasDbXref`, xref)),
      ...found.otherIds.map((id) => text(`${OBO_IN_OWL}hasAlternativeId`, id)),
      ...found.parents.map((id) => iri('http://www.w3.org/2000/01/rdf-schema#subClassOf', iriOf(id))),
      ...(found.isObsolete ? [text(`${OWL}deprecated`, 'true')] : []),
      ...(found.replacedBy ? [iri(`${OBO}IAO_0100001`, iriOf(found.replacedBy))] : []),
    ]
  })
}

const iriOf = (curie: string): string => `${OBO}${curie.replace(':', '_')}`

/** Triples as N-Triples, which is Turtle too. */
export function nTriplesText(triples: readonly Triple[]): string {
  const object = (found: Triple[2]): string =>
    'iri' in found ? `<${found.iri}>` : JSON.stringify(found.text).replaceAll('\u007f', '\\u007F')
  return triples.map(([s, p, o]) => `<${s}> <${p}> ${object(o)} .\n`).join('')
}

/** Triples as RDF/XML, each in an element of its own. */
export function rdfXmlText(triples: readonly Triple[]): string {
  const escaped = (text: string): string =>
    text.replace(/[&<>"]/g, (character) => `&#${String(character.charCodeAt(0))};`)
  const lines = triples.map(([s, p, o]) => {
    const [, namespace, local] = /^(.*[/#])([^/#]+)$/.exec(p)!
    const begin = `<rdf:Description rdf:about="${escaped(s)}"><p:${local!} xmlns:p="${namespace!}"`
    const rest = 'iri' in o ? ` rdf:resource="${escaped(o.iri)}"/>` : `>${escaped(o.text)}</p:${local!}>`
    return `${begin}${rest}</rdf:Description>`
  })
  return `<?xml version="1.0"?>\n<rdf:RDF xmlns:rdf="${RDF}">\n${lines.join('\n')}\n</rdf:RDF>\n`
}

import type { MeshRecord } from '../../../src/knowledge/import/mesh.ts'

export type WrittenMesh = Pick<MeshRecord, 'ui' | 'name'> & Partial<MeshRecord>

const escaped = (text: string): string =>
  text.replace(/[&<>]/g, (character) => `&#${String(character.charCodeAt(0))};`)

/** Writes MeSH records as XML, in the order of elements of its document type; descriptors or supplementary concepts. */
export function meshXmlText(records: readonly WrittenMesh[]): string {
  const kind = records[0]?.ui.startsWith('C') ? 'Supplemental' : 'Descriptor'
  const own = kind === 'Descriptor' ? kind : 'SupplementalRecord'
  const body = records.map((record) => {
    const { ui, name, note, terms = [], treeNumbers = [], semanticTypes = [], mappedTo = [], cui } = record
    const [preferred, ...others] = [{ text: name, lexicalTag: 'NON' }, ...terms].map(
      ({ text, lexicalTag }, i) =>
        `<Term ConceptPreferredTermYN="${i === 0 ? 'Y' : 'N'}" IsPermutedTermYN="N" LexicalTag="${lexicalTag || 'NON'}" RecordPreferredTermYN="${i === 0 ? 'Y' : 'N'}"><TermUI>T00000${String(i)}</TermUI><String>${escaped(text)}</String></Term>`,
    )
    const noteXml = note ? `\n${escaped(note)}\n` : ''
    return `<${kind}Record>
  <${own}UI>${ui}</${own}UI><${own}Name><String>${escaped(name)}</String></${own}Name>
  <SeeRelatedList><SeeRelatedDescriptor><DescriptorReferredTo><DescriptorUI>D999999</DescriptorUI><DescriptorName><String>not this</String></DescriptorName></DescriptorReferredTo></SeeRelatedDescriptor></SeeRelatedList>
  ${kind === 'Supplemental' && note ? `<Note>${noteXml}</Note>` : ''}
  <HeadingMappedToList>${mappedTo.map((to) => `<HeadingMappedTo><DescriptorReferredTo><DescriptorUI>*${to}</DescriptorUI><DescriptorName><String>nor this</String></DescriptorName></DescriptorReferredTo></HeadingMappedTo>`).join('')}</HeadingMappedToList>
  <TreeNumberList>${treeNumbers.map((number) => `<TreeNumber>${number}</TreeNumber>`).join('')}</TreeNumberList>
  <ConceptList>
    <Concept PreferredConceptYN="Y"><ConceptUI>M0000001</ConceptUI><ConceptName><String>nor that</String></ConceptName>
      ${cui ? `<ConceptUMLSUI>${cui}</ConceptUMLSUI>` : ''}
      <SemanticTypeList>${semanticTypes.map((tui) => `<SemanticType><SemanticTypeUI>${tui}</SemanticTypeUI></SemanticType>`).join('')}</SemanticTypeList>
      ${kind === 'Descriptor' && note ? `<ScopeNote>${noteXml}</ScopeNote>` : ''}
      <TermList>${preferred!}</TermList>
    </Concept>
    <Concept PreferredConceptYN="N"><ScopeNote>Of a narrower concept.</ScopeNote><TermList>${others.join('')}</TermList></Concept>
  </ConceptList>
</${kind}Record>`
  })
  return `<?xml version="1.0"?>
<!DOCTYPE ${kind}RecordSet SYSTEM "https://www.nlm.nih.gov/databases/dtd/nlm${kind.toLowerCase()}recordset_20240101.dtd">
<${kind}RecordSet LanguageCode="eng">
${body.join('\n')}
</${kind}RecordSet>
`
}

/** Writes MeSH records as ASCII; the headings of `mappedTo` stand by name there, so they are not written. */
export function meshAsciiText(records: readonly WrittenMesh[]): string {
  return records
    .map(({ ui, name, note, terms = [], treeNumbers = [], semanticTypes = [] }) => {
      const isDescriptor = ui.startsWith('D')
      return [
        '*NEWRECORD',
        `RECTYPE = ${isDescriptor ? 'D' : 'C'}`,
        `${isDescriptor ? 'MH' : 'NM'} = ${name}`,
        ...terms.map(({ text, lexicalTag }) => {
          const value = lexicalTag ? `${text}|T047|T191|${lexicalTag}|EQV|NLM (1994)|930624|abbcdef` : text
          return `${isDescriptor ? 'ENTRY' : 'SY'} = ${value}`
        }),
        ...treeNumbers.map((number) => `MN = ${number}`),
        ...semanticTypes.map((tui) => `ST = ${tui}`),
        ...(note ? [`${isDescriptor ? 'MS' : 'NO'} = ${note}`] : []),
        `UI = ${ui}`,
        '',
      ].join('\n')
    })
    .join('\n')
}

/** The infon of PubTator's fifth column, the type of the concept. */
export const TYPE = 'type'
/** The infon of its sixth column, one or more ids as the file has them. */
export const IDENTIFIER = 'identifier'
/** The infon of BC5CDR's seventh column: the parts of a composite mention, joined by `|`. */
export const PARTS = 'composite_parts'

export * from './types.ts'
export { readBiocXml } from './readXml.ts'
export { readBiocJson } from './readJson.ts'
export { writeBiocXml, replaceInvalidXml } from './writeXml.ts'
export { writeBiocJson } from './writeJson.ts'
export { offsetUnitOf, OFFSET_UNIT_INFON } from './offsetUnit.ts'
export { layOut, type Layout, type PlacedAnnotation, type PlacedPassage } from './layout.ts'
export {
  linkedToBioc,
  BIOC_PROFILES,
  type BiocExport,
  type BiocProfile,
  type LinkedToBiocOptions,
} from './fromLinked.ts'
export { biocToManuscript, type BiocManuscript, type MarkedMention } from './toManuscript.ts'

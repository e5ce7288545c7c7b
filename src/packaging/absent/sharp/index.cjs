// @huggingface/transformers looks at start whether sharp is there, and calls it only for pictures.
module.exports = () => {
  throw new Error('ConceptLens reads no pictures, so sharp is not part of it.')
}

export { readPubtator } from './read.ts'
export { writePubtator } from './write.ts'

export { typeLabels } from './conceptMarkdown.ts'
export { createAssets } from './assets.ts'
export { createPowerSource } from './power.ts'
export { createRemoteDefinitions } from './remoteDefinitions.ts'
export { createExporter } from './exporter.ts'
export { createFileAccess } from './files.ts'
export { shortId } from './identifiers.ts'
export { serve, type ServerParts } from './server.ts'
export type {
  Assets,
  EngineChoice,
  Exporter,
  FileAccess,
  LinkerParts,
  Messages,
  PowerSource,
  RemoteDefinitions,
  Timers,
} from './ports.ts'

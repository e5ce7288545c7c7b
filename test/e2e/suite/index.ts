/** The suite that runs inside the extension host. One file per thing a user does. */
import './activation.suite.ts'

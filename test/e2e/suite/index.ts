/** The suite that runs inside the extension host. One file per thing a user does. */
import './activation.suite.ts'
import './linking.suite.ts'
import './decisions.suite.ts'
import './export.suite.ts'

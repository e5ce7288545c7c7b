/** A trusted window with one folder. */
import './languages.suite.ts'
import './virtual.suite.ts'
import './index.ts'

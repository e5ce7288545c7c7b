const split = (words: string): ReadonlySet<string> => new Set(words.trim().split(/\s+/))

/** English function words, folded: never a mention of their own, whatever names they may match. */
export const functionWords = split(`
a about above across after again against all almost alone along already also although always am among amongst an and
another any anyone anything are around as at away back be became because become becomes been before behind being below
between beyond both but by came can cannot come could did do does doing done down due during each either else enough
especially etc even ever every everyone everything few first for from fully further gave get gets give given gives go
goes got had has have having he hence her here hers herself him himself his how however i if in indeed instead into is
it its itself just keep kept last later latter least less let like likely made mainly make makes many may maybe me mean
means meanwhile might mine more moreover most mostly much must my myself namely near nearly neither never nevertheless
next no none nor not nothing now of off often on once one only onto or other others otherwise our ours ourselves out
over own per perhaps quite rather really recently s same second seem seemed seems seen several shall she should since so
some somewhat soon still such t take taken than that the their theirs them themselves then there thereafter therefore
these they third this those though three through throughout thus to together too took toward towards two under unless
until up upon us use used uses using usually various very via was we well went were what whatever when where whereas
whether which while who whole whom whose why will with within without would yes yet you your yours
four five six seven eight nine ten zero vs versus ie eg et al ref refs fig figs eq eqs sec
able according based because clear due et good great high higher highest large larger largest low lower lowest new old
possible rest set small smaller smallest able best better big bit call called case show showed shown shows so
`)

/**
 * General words of papers, folded: names in most knowledge bases, links that help nobody. Suppressed as whole
 * mentions by the setting `generalWords`; multi-word names that hold them are not touched.
 */
export const generalWords = split(`
ability absence access accuracy action actions active activities activity addition adult adults age aged ages aim aims
algorithm algorithms amount amounts analyses analysis analyst application applications approach approaches area areas
article articles aspect aspects assessment assessments association associations author authors average background
baseline basis benefit benefits boy boys calculation cause caused causes center centers centre change changed changes
characteristic characteristics child children class classes classification clinical code cohort cohorts combination
common comparison comparisons complete component components concept concepts concentration concentrations conclusion
conclusions condition conditions consequence consequences content contents context contrast control controls cost
costs count country countries criteria criterion current data database databases dataset datasets date day days decrease
decreased decreases degree degrees description design detection determination development difference differences
different direct disease diseases disorder disorders distribution duration early effect effective effectiveness effects
efficacy element elements end environment error errors estimate estimates evaluation event events evidence example
examples experience experiment experimental experiments expression extent factor factors failure feature features field
figure figures finding findings follow form formation forms frequency full function functional functions future general
girl girls goal group groups growth guidelines half healthy history hour hours human humans hypothesis identification
impact implementation importance important improvement incidence increase increased increases individual individuals
influence information initial injury interaction interactions interest intervention interventions investigation
involvement issue issues item items key knowledge lack laboratory length level levels life limit limits line lines list
literature local loss main maintenance majority male males man management manner map materials maximum mean measure
measurement measurements measures mechanism mechanisms median member members men method methodology methods minimum
minute minutes mode model models month months multiple name natural need negative network networks normal number numbers
object objective objectives observation observations occurrence optimal option order organization origin outcome outcomes
output overall paper papers parameter parameters part participant participants particular parts past patient patients
pattern patterns people percent percentage performance period periods person persons perspective phase phases place
plan point points policy population populations position positive potential practice prediction presence present
pressure prevalence primary principle probability problem problems procedure procedures process processes product
production products program programs progress project properties property proportion protocol purpose quality question
questions random range rate rates ratio reason recent reduction region regions relation relations relationship
relationships relative report reports requirement research researchers resource resources response responses result
results review reviews risk risks role roles rule sample samples scale school science score scores secondary section
sections selection sensitivity series service services setting settings severity sex significance significant similarity
simple single site sites size sizes solution source sources space specific specificity specimen stage stages standard
standards start state states statistics status step steps strategies strategy strength structure structures student
students studies study subgroup subject subjects success support survey surveys symptom symptoms syndrome syndromes
system systems table tables target targets task tasks team technique techniques technology term terms test tested
testing tests theory therapy time times tool tools total training transfer treatment treatments trend trial trials
type types understanding unit university user users utility validation validity value values variable variables
variation version view volume way ways week weeks weight woman women word words work workers world year years young
achieve achieved adapt adapted added adverse affect affected allow allowed applied apply assess assessed assessing
associated assumed case compare compared conducted consider considered consists contain contained contribute
contributed correlated delivery demonstrate demonstrated describe described detect detected determine determined
determining develop developed effected enable enabled enhance enhanced established evaluate evaluated evaluating
examine examined examining exhibit exhibited experienced explain explained explore explored expressed found generate
generated identified identify identifying improve improved improving include included includes including index indicate
indicated indicates induce induced inducing investigate investigated involve involved lead leading leads limited made
mediated observe observed obtain obtained occur occurred performed predict predicted present presented prevent
prevented produce produced propose proposed provide provided randomised randomized receive received recorded reduce
reduced remain remained report reported represent represented require required reveal revealed selected show showed
shown stimulated studied suggest suggested support supported treat treated treating undergo undergoing underwent
unclear understand unknown varied vary
`)

/** Units of measurement, folded: with numbers they make quantities, not concepts. */
export const units = split(`
kg g mg ug ng pg fg lb oz m km cm mm um nm pm l dl ml ul nl mol mmol umol nmol pmol m mm um nm pm da kda mda bp kb mb gb
hz khz mhz ghz j kj mj cal kcal w kw v mv kv a ma pa kpa mpa mmhg bar atm k c f s sec secs ms us ns min mins h hr hrs d
wk wks mo yr yrs iu u mu rpm xg gy mgy cgy sv msv bq kbq mbq ci mci ph ppm ppb hu db fold times percent pct
microg microl microm mum mug mul
`)

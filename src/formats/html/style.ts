/** Hue of each semantic group, in degrees of OKLCH, spread so that neighbours in biomedical prose differ. */
const HUES: Readonly<Record<string, number>> = {
  DISO: 22,
  CHEM: 148,
  GENE: 262,
  LIVB: 190,
  ANAT: 72,
  PHYS: 308,
  PROC: 350,
  PHEN: 225,
  DEVI: 108,
  CONC: 286,
  ACTI: 46,
  OBJC: 168,
  ORGA: 244,
  OCCU: 128,
  GEOG: 208,
}

const GROUP_RULES = Object.entries(HUES)
  .map(([group, hue]) => `.g-${group}{--hue:${hue};--chroma:1}`)
  .join('\n')

/** Hides the marks of a group whose box in the legend is not ticked; needs no script. */
const FILTER_RULES = [...Object.keys(HUES), 'NONE']
  .map((group) => `body:has(#show-${group}:not(:checked)) .g-${group}`)
  .map((scope) => `${scope}.m{background:none;box-shadow:none;color:inherit}\n${scope}.c{display:none}`)
  .join('\n')

/** The style of the page: light and dark after the reader's preference, nothing loaded from anywhere. */
export const STYLE = `
:root{color-scheme:light dark;--paper:#fdfdfb;--side:#f5f5f1;--ink:#1d1f21;--soft:#63686e;--line:#deded8;--accent:#2257c4;
--tint-l:92%;--tint-c:.055;--rule-l:58%;--rule-c:.14;--card:#fff;--shadow:0 1px 2px #0002,0 8px 28px #0003}
@media(prefers-color-scheme:dark){:root{--paper:#16181b;--side:#1c1f23;--ink:#dfe2e5;--soft:#979ea6;--line:#30353b;--accent:#86adff;
--tint-l:31%;--tint-c:.06;--rule-l:72%;--rule-c:.13;--card:#23272c;--shadow:0 1px 2px #0008,0 10px 32px #000a}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:17px/1.68 Charter,'Bitstream Charter','Iowan Old Style',Georgia,'DejaVu Serif',serif;
-webkit-font-smoothing:antialiased}
.page{display:grid;grid-template-columns:minmax(0,1fr) minmax(20rem,26rem);min-height:100vh}
main{padding:3.5rem clamp(1.25rem,5vw,5rem) 6rem}
article{max-width:42rem;margin:0 auto 4rem}
.file{font:600 .75rem/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;color:var(--soft);margin:0 0 1rem;overflow-wrap:anywhere}
h1{font-size:1.9rem;line-height:1.25;letter-spacing:-.012em;margin:0 0 2rem;text-wrap:balance}
h2,h3,h4{line-height:1.3;margin:2.4rem 0 .6rem;text-wrap:balance}h2{font-size:1.32rem}h3{font-size:1.1rem}h4{font-size:1rem}
p{margin:0 0 1.05rem;hyphens:auto}
.list{padding-left:1.3rem;position:relative}.list::before{content:'–';position:absolute;left:.2rem;color:var(--soft)}
.caption,.table,.footnote{font-size:.88rem;line-height:1.55;color:color-mix(in oklab,var(--ink),var(--soft) 35%)}
.caption,.table{border-left:3px solid var(--line);padding-left:1rem}
blockquote{margin:0 0 1.05rem;padding-left:1rem;border-left:3px solid var(--line);font-style:italic}
${GROUP_RULES}
.g-NONE{--hue:0;--chroma:0}
.m{color:inherit;text-decoration:none;border-radius:.2em;padding:.06em .1em;margin:0 -.1em;box-decoration-break:clone;-webkit-box-decoration-break:clone;
background:oklch(var(--tint-l) calc(var(--tint-c)*var(--chroma)) var(--hue));
box-shadow:inset 0 -.1em 0 oklch(var(--rule-l) calc(var(--rule-c)*var(--chroma)) var(--hue));scroll-margin:40vh 0}
.m.low{background:none;box-shadow:none;text-decoration:underline dotted .09em;text-underline-offset:.2em;
text-decoration-color:oklch(var(--rule-l) calc(var(--rule-c)*var(--chroma)) var(--hue))}
.m:hover,.m:focus-visible,.m.same{background:oklch(calc(var(--tint-l) - 5%) calc(var(--tint-c)*1.7*var(--chroma)) var(--hue))}
@media(prefers-color-scheme:dark){.m:hover,.m:focus-visible,.m.same{background:oklch(calc(var(--tint-l) + 9%) calc(var(--tint-c)*1.7*var(--chroma)) var(--hue))}}
h1 .m{background:none}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
:target{animation:found 1.6s ease-out}
@keyframes found{0%,40%{outline:3px solid var(--accent);outline-offset:3px}to{outline:3px solid transparent;outline-offset:6px}}
aside{background:var(--side);border-left:1px solid var(--line);padding:2rem 1.5rem 3rem;font:14px/1.45 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;
position:sticky;top:0;height:100vh;overflow:auto}
aside h2{font-size:.72rem;letter-spacing:.07em;text-transform:uppercase;color:var(--soft);margin:1.8rem 0 .6rem;font-weight:600}
aside h2:first-child{margin-top:0}
.sums{font-size:1.05rem;margin:0 0 .25rem;font-weight:600}.note{color:var(--soft);margin:.4rem 0 0;font-size:.82rem}
.legend{list-style:none;margin:0;padding:0}
.legend label{display:flex;align-items:center;gap:.55rem;padding:.17rem .35rem;margin:0 -.35rem;border-radius:.35rem;cursor:pointer}
.legend label:hover{background:color-mix(in oklab,var(--line) 55%,transparent)}
.legend input{appearance:none;width:1rem;height:1rem;margin:0;border-radius:.25rem;flex:none;cursor:pointer;
border:1.5px solid oklch(var(--rule-l) calc(var(--rule-c)*var(--chroma)) var(--hue))}
.legend input:checked{background:oklch(var(--rule-l) calc(var(--rule-c)*var(--chroma)) var(--hue))}
.n{margin-left:auto;color:var(--soft);font-variant-numeric:tabular-nums}
table{border-collapse:collapse;width:100%}
th{font-weight:500;color:var(--soft);text-align:left;font-size:.78rem;padding:.2rem 0 .35rem;border-bottom:1px solid var(--line)}
td{padding:.42rem 0;border-bottom:1px solid color-mix(in oklab,var(--line) 60%,transparent);vertical-align:top}
td:last-child,th:last-child{text-align:right;font-variant-numeric:tabular-nums;padding-left:.7rem}
.name{display:inline-block;padding-left:1.05rem;color:inherit;text-decoration:none;font-weight:500;overflow-wrap:anywhere}.name:hover{text-decoration:underline}
.name::before{content:'';display:inline-block;width:.55rem;height:.55rem;border-radius:50%;margin:0 .5rem 0 -1.05rem;
background:oklch(var(--rule-l) calc(var(--rule-c)*var(--chroma)) var(--hue))}
.id{font:.78rem ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;color:var(--soft);text-decoration:none;overflow-wrap:anywhere}
td .id{display:inline-block;margin-left:1.05rem}
a.id:hover{color:var(--accent);text-decoration:underline}
#card{position:absolute;z-index:2;width:max-content;max-width:min(24rem,calc(100vw - 2rem));padding:.8rem .95rem;background:var(--card);border:1px solid var(--line);
border-radius:.6rem;box-shadow:var(--shadow);font:14px/1.45 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}
#card[hidden]{display:none}
#card b{display:block;font-size:1rem;margin-bottom:.1rem}
#card .kind{display:inline-block;margin:.45rem 0 0;padding:.05rem .5rem;border-radius:1rem;font-size:.78rem;
background:oklch(var(--tint-l) calc(var(--tint-c)*var(--chroma)) var(--hue))}
#card .by{color:var(--soft);font-size:.82rem;margin:.5rem 0 0}
#card ol{list-style:none;margin:.5rem 0 0;padding:.45rem 0 0;border-top:1px solid var(--line);color:var(--soft);font-size:.82rem}
#card li{display:flex;gap:1rem;justify-content:space-between}#card li .id{font-size:.74rem;margin-left:.4rem}
@media(max-width:60rem){.page{display:block}aside{position:static;height:auto;border-left:0;border-top:1px solid var(--line)}main{padding-top:2rem;padding-bottom:2rem}}
@media(prefers-reduced-motion:reduce){:target{animation:none}}
@media print{aside{position:static;height:auto}.page{display:block}}
${FILTER_RULES}
`

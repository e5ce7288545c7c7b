/**
 * Shows one card for the mention under the pointer or focus, and lights up all mentions of its concept. Everything it
 * shows also stands in titles and in the table, so the page can do without it.
 */
export const SCRIPT = `
const card=document.getElementById('card'),make=(tag,name,text)=>{const e=document.createElement(tag);if(name)e.className=name;e.textContent=text;return e}
for(const m of document.querySelectorAll('.m')){m.dataset.title=m.title;m.removeAttribute('title');m.setAttribute('aria-describedby','card')}
let shown
const show=m=>{hide();shown=m;const d=m.dataset
card.replaceChildren(make('b','',d.name||m.textContent),make('span','id',d.id||'no concept'))
if(d.group){card.append(document.createElement('br'),make('span','kind',d.group))}
card.append(make('p','by',d.by))
if(d.others){const l=make('ol','','');for(const o of JSON.parse(d.others)){const i=make('li','',''),n=make('span','',o[0]);n.append(make('span','id',o[1]));i.append(n,make('span','',o[2]));l.append(i)}card.append(l)}
card.className=[...m.classList].find(c=>c.startsWith('g-'))||'';card.hidden=false
const r=m.getClientRects()[0],w=card.offsetWidth,h=card.offsetHeight,below=r.bottom+h+12<innerHeight||r.top<h+12
card.style.left=Math.max(8,Math.min(r.left,innerWidth-w-16))+scrollX+'px';card.style.top=(below?r.bottom+7:r.top-h-7)+scrollY+'px'
if(d.id)for(const o of document.querySelectorAll('.m[data-id="'+CSS.escape(d.id)+'"]'))o.classList.add('same')}
const hide=()=>{card.hidden=true;shown=undefined;for(const o of document.querySelectorAll('.same'))o.classList.remove('same')}
const on=e=>{const m=e.target.closest('.m');if(m){if(m!==shown)show(m)}else hide()}
document.addEventListener('mouseover',on);document.addEventListener('focusin',on)
document.addEventListener('keydown',e=>{if(e.key==='Escape')hide()})
`

/** Colours of the report by scheme; the tests hold every text colour to WCAG AA on the grounds it stands on. */
export const PALETTES = {
  light: {
    ground: '#f3f1ea',
    paper: '#fffefb',
    ink: '#1b2027',
    quiet: '#4c5560',
    rule: '#c9c4b6',
    edge: '#76705f',
    link: '#0d4f8b',
    intact: '#0b5a3c',
    incomplete: '#7a4a00',
    altered: '#9a1b1e',
    untrusted: '#51336f',
    authentic: '#2f6f57',
    tint: '#f7f5ee',
  },
  dark: {
    ground: '#101317',
    paper: '#181c22',
    ink: '#ebe8e1',
    quiet: '#b4b9c0',
    rule: '#3a4149',
    edge: '#8b929b',
    link: '#8ec2f5',
    intact: '#7fd6ab',
    incomplete: '#f0bd6a',
    altered: '#ff9a92',
    untrusted: '#cfb1f0',
    authentic: '#5fae8e',
    tint: '#1f242b',
  },
} as const;

type Palette = (typeof PALETTES)[keyof typeof PALETTES];

function variables(palette: Palette): string {
  return Object.entries(palette)
    .map(([name, colour]) => `--${name}:${colour}`)
    .join(';');
}

/** The whole stylesheet; its hash is the only style that the page's content security policy allows. */
export const STYLE = `
:root{color-scheme:light dark;${variables(PALETTES.light)}}
@media screen and (prefers-color-scheme:dark){:root{${variables(PALETTES.dark)}}}
*{box-sizing:border-box}
html{font-size:112.5%;-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);line-height:1.55;overflow-wrap:anywhere;
font-family:system-ui,"Noto Sans","Segoe UI",Roboto,"Helvetica Neue","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
.page{max-width:58rem;margin:2rem auto;padding:2.5rem 3rem 2rem;background:var(--paper);border:1px solid var(--rule);border-top:6px double var(--edge)}
h1,h2,.letterhead{font-family:Charter,"Iowan Old Style","Noto Serif",Georgia,"Songti SC","Noto Serif CJK SC",SimSun,serif}
.letterhead{display:flex;flex-wrap:wrap;justify-content:space-between;gap:.25rem 1.5rem;margin:0 0 1.75rem;padding:0 0 .75rem;border-bottom:1px solid var(--rule);font-size:1.05rem}
.letterhead p{margin:0}
.letterhead b{letter-spacing:.02em}
h2{margin:2.75rem 0 .9rem;padding:0 0 .35rem;border-bottom:1px solid var(--rule);font-size:1.35rem;line-height:1.3;font-weight:600}
h1,h2,h3,dt{display:flex;flex-wrap:wrap;align-items:baseline;align-content:flex-start;column-gap:.5em}
h2 span,h3 span,dt span{font-weight:400;color:var(--quiet)}
h3{margin:1.75rem 0 .5rem;font-size:1.05rem}
p{margin:.6rem 0}
code,kbd,pre,.hash{font-family:ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,"Noto Sans Mono CJK SC",monospace;font-size:.9em}
pre{margin:.75rem 0;padding:.75rem 1rem;background:var(--tint);border:1px solid var(--rule);white-space:pre-wrap}
.quiet{color:var(--quiet)}
.verdict{display:grid;grid-template-columns:auto 1fr;gap:0 1.5rem;align-items:start;padding:1.5rem 1.75rem 1.25rem;background:var(--tint);border:1px solid var(--rule);border-left:.6rem solid var(--now)}
.verdict .seal{width:4.25rem;height:4.25rem;margin-top:.2rem;color:var(--now)}
.verdict h1{margin:0 0 .75rem;font-size:clamp(2.1rem,6vw,3.1rem);line-height:1.15;font-weight:600;color:var(--now)}
.verdict h1 span{white-space:nowrap;overflow-wrap:normal}
.verdict p{margin:.55rem 0 0;font-size:1.08rem}
.verdict .reason{margin-top:.9rem;padding-top:.8rem;border-top:1px solid var(--rule)}
.is-intact{--now:var(--intact)}.is-incomplete{--now:var(--incomplete)}.is-altered{--now:var(--altered)}.is-untrusted{--now:var(--untrusted)}
.facts{display:grid;grid-template-columns:16.5rem 1fr;margin:0}
.facts>div{display:grid;grid-template-columns:subgrid;grid-column:1/-1;padding:.42rem 0;border-bottom:1px solid var(--rule)}
.facts>div:last-child{border-bottom:0}
.facts dt{font-weight:600;padding-right:1rem}
.facts dd{margin:0;min-width:0}
.facts dd p{margin:0}
.facts ul{margin:0;padding:0;list-style:none}
.offence{padding:.6rem 1.5rem;border:2px solid var(--now);background:var(--paper)}
.findings{margin:0;padding:0;list-style:none;counter-reset:finding}
.findings>li{margin:0 0 1rem;padding:.5rem 1rem .5rem 1.1rem;border:1px solid var(--rule);border-left:.35rem solid var(--now);break-inside:avoid}
.findings h3{margin:.2rem 0 .3rem;color:var(--now)}
.findings h3 span{color:var(--quiet)}
.meaning{margin:0}
.meaning>div{padding:.6rem 0 .6rem 1rem;border-left:.35rem solid var(--now);margin-bottom:.8rem;break-inside:avoid}
.meaning dt{font-weight:700;color:var(--now)}
.meaning dd{margin:.15rem 0 0}
figure{margin:1rem 0 0}
figcaption{margin-top:.5rem}
.plot{padding:0 2rem;overflow:clip;overflow-clip-margin:16px}
.plot>svg,.plot>svg svg{display:block;overflow:visible}
svg text{fill:var(--ink);paint-order:stroke;stroke:var(--paper);stroke-width:4px;stroke-linejoin:round;font-size:15px;font-family:inherit}
svg .lane{fill:var(--quiet);font-weight:600}
svg .axis,svg .tick,svg .stem,svg .take{stroke:var(--edge);stroke-width:1}
svg .stem{stroke-dasharray:2 4}
svg .take{stroke:var(--ink);stroke-width:1.5}
svg .glyph{fill:var(--paper);stroke:var(--ink);stroke-width:2}
svg .mark{fill:var(--ink);stroke:var(--ink)}
svg .witness{fill:var(--link);stroke:var(--link)}
svg .offend{fill:none;stroke:var(--altered);stroke-width:3}
svg .authentic{fill:var(--authentic);stroke:var(--authentic)}
svg .altered{fill:url(#altered);stroke:var(--altered);stroke-width:1.5}
svg .absent{fill:url(#absent);stroke:var(--edge);stroke-width:1.5;stroke-dasharray:5 3}
svg .gap{fill:url(#gap);stroke:var(--incomplete);stroke-width:1.5}
svg .paper{fill:var(--paper)}
svg .altered-ink{stroke:var(--altered);stroke-width:4}
svg .absent-ink{fill:var(--edge)}
svg .gap-ink{stroke:var(--incomplete);stroke-width:1.5}
.legend{display:flex;flex-wrap:wrap;gap:.3rem 1.6rem;margin:.9rem 0 0;padding:0;list-style:none}
.legend li{display:flex;align-items:center;gap:.5rem}
.legend svg{flex:none}
.narrow{display:none}
.scroll{overflow-x:auto;margin:.4rem 0 0}
.scroll:focus-visible{outline:3px solid var(--link);outline-offset:2px}
table{width:100%;font-size:.9em;border-collapse:collapse;font-variant-numeric:tabular-nums}
caption{font-size:1.1em;padding:1.2rem 0 .3rem;text-align:left;font-weight:600}
caption span{margin-left:.5em;font-weight:400;color:var(--quiet)}
th,td{padding:.4rem 1.1rem .4rem 0;border-bottom:1px solid var(--rule);text-align:left;vertical-align:top;overflow-wrap:normal}
th:last-child,td:last-child{padding-right:0}
thead th{border-bottom:2px solid var(--edge);white-space:nowrap}
td.time{white-space:nowrap}
td.time span{display:block}
td.words{min-width:12rem;overflow-wrap:anywhere}
tr.bad td,tr.bad th,tr.bad .quiet{color:var(--now)}
tr.bad td{font-weight:600}tr.bad .quiet{font-weight:400}
.more{margin:.4rem 0 0;font-style:italic}
ol.steps{padding-left:1.4rem}
ol.steps li{margin:.45rem 0}
footer{margin-top:2.75rem;padding-top:.8rem;border-top:6px double var(--edge)}
@media screen and (max-width:46rem){
.page{margin:0;padding:1.25rem 1.1rem;border-width:6px 0 0}
.verdict{grid-template-columns:1fr;padding:1.1rem 1.1rem 1rem}
.verdict .seal{width:3.25rem;height:3.25rem;margin:0 0 .5rem}
.facts,.facts>div{grid-template-columns:1fr}
.offence{padding:.4rem 1rem}
.wide{display:none}.narrow{display:inline}
}
@media print{
@page{size:A4;margin:16mm 15mm}
html{font-size:11pt}
body{background:#fff;-webkit-print-color-adjust:exact;print-color-adjust:exact}
.page{max-width:none;margin:0;padding:0;border:0;background:#fff}
h2,h3,caption{font-size:1.1em;break-after:avoid}
.verdict,.offence,figure,.facts>div,tr,pre{break-inside:avoid}
thead{display:table-header-group}
.scroll{overflow:visible}
}
`;

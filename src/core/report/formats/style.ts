/** The look of the HTML report: one block, no font and no picture from elsewhere. */
export const style = `
:root{--back:#fff;--text:#1f2328;--dim:#59636e;--line:#d1d9e0;--panel:#f6f8fa;--blue:#0969da;--orange:#bc4c00;--green:#1a7f37;--purple:#8250df;--red:#cf222e;--note:#fff8c5}
@media screen and (prefers-color-scheme:dark){:root{--back:#0d1117;--text:#e6edf3;--dim:#9198a1;--line:#3d444d;--panel:#151b23;--blue:#4493f8;--orange:#f0883e;--green:#3fb950;--purple:#a371f7;--red:#f85149;--note:#3a2d0a}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:1400px;margin:0 auto;padding:24px 20px 48px}
p,ul,.facts{max-width:1000px}
:focus-visible{outline:2px solid var(--blue);outline-offset:2px}
h1{font-size:24px;margin:0;overflow-wrap:anywhere}
.verdict{margin:10px 0 6px;padding:8px 12px;border-left:4px solid var(--orange);background:var(--panel);overflow-wrap:anywhere}
.verdict.bad{border-color:var(--red)}
.verdict.good{border-color:var(--green)}
.verdict.plain{border-color:var(--line)}
.badge{display:inline-block;margin-right:4px;padding:0 10px;border:1px solid var(--orange);border-radius:12px;color:var(--orange);font-size:14px;font-weight:600}
.badge.bad{border-color:var(--red);background:var(--red);color:var(--back)}
.badge.good{border-color:var(--green);color:var(--green)}
.badge.plain{border-color:var(--dim);color:var(--dim)}
h2{font-size:16px;margin:0 0 8px}
h3{font-size:14px;margin:14px 0 4px}
section{margin-top:28px;min-width:0}
.sub{color:var(--dim);margin:4px 0 0;font-size:13px}
.note{background:var(--note);border-left:4px solid var(--orange);padding:8px 12px;margin:12px 0 0;border-radius:4px}
.tiles{display:flex;flex-wrap:wrap;gap:10px;margin:20px 0 0}
.tiles>div{flex:1 1 120px;background:var(--panel);border:1px solid var(--line);border-radius:6px;padding:10px 12px}
.tiles dt{color:var(--dim);font-size:13px}
.tiles dd{margin:0;font-size:21px;font-weight:600;white-space:nowrap}
.tiles small{display:block;white-space:normal;overflow-wrap:anywhere;font-size:12px;font-weight:400;color:var(--dim)}
.scroll{overflow-x:auto;background:linear-gradient(to left,var(--back) 40%,transparent) right/48px 100% no-repeat local,linear-gradient(to left,var(--line),transparent) right/14px 100% no-repeat scroll}
table{border-collapse:collapse;min-width:min(100%,620px);font-variant-numeric:tabular-nums;font-size:14px}
th,td{padding:5px 6px;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}
th:first-child{position:sticky;left:0;background:var(--back);text-align:left;padding-left:0;font-weight:400;white-space:normal;overflow-wrap:break-word;min-width:5em;max-width:45vw}
.words{text-align:left}
.long{white-space:normal;min-width:5em}
@media screen and (width<1100px){.long{min-width:9em}}
thead th,thead th:first-child{color:var(--dim);font-weight:600;font-size:13px;white-space:normal;vertical-align:bottom}
.pass{color:var(--green);font-weight:600}
.fail{color:var(--red);font-weight:600}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(320px,1fr));gap:0 32px}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(440px,100%),1fr));align-items:start;gap:0 32px}
.charts>*{min-width:0}
figure{margin:0;overflow-x:auto}
figcaption{display:flex;flex-wrap:wrap;gap:0 16px;color:var(--dim);font-size:13px}
.key{display:inline-block;width:18px;margin-right:6px;vertical-align:middle;border-top:2px solid var(--c)}
.key.bars,.key.area,.key.band{height:10px;border:1px solid var(--c,var(--dim))}
.key.dashed{border-top-style:dashed}
.key.dots{width:8px;height:8px;border:4px solid var(--c);border-radius:50%}
svg{display:block;width:100%;min-width:480px;max-width:800px;height:auto}
svg text{fill:var(--dim);font-size:12px}
.grid{stroke:var(--line);stroke-width:1}
.axis{stroke:var(--dim);stroke-width:1}
.blue{--c:var(--blue)}
.yellow{--c:var(--orange)}
.green{--c:var(--green)}
.purple{--c:var(--purple)}
.red{--c:var(--red)}
.bar,.dot{fill:var(--c)}
.area{fill:var(--c);fill-opacity:.25}
.curve{fill:none;stroke:var(--c);stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
.dashed{stroke-dasharray:6 5}
.band{fill:var(--dim);fill-opacity:.18}
.limit{stroke:var(--red);stroke-width:1.5;stroke-dasharray:7 4}
.mark{stroke:var(--text);stroke-width:1;stroke-dasharray:3 3}
svg .strong{fill:var(--text)}
summary{color:var(--dim);font-size:13px;cursor:pointer;margin-top:6px}
details .scroll{max-height:320px;overflow-y:auto}
details thead{position:sticky;top:0;z-index:1;background:var(--back)}
ul{padding-left:20px;margin:0}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--panel);border:1px solid var(--line);border-radius:4px;padding:8px;margin:4px 0 10px;font-size:13px}
.facts{display:grid;gap:4px;margin:0}
.facts>div{display:grid;grid-template-columns:150px 1fr;gap:12px}
.facts dt{color:var(--dim)}
.facts dd{margin:0;overflow-wrap:anywhere}
@page{margin:14mm}
@media print{main{padding:0}section,figure,tr,.tiles>div,.note{break-inside:avoid}h2,h3{break-after:avoid}.scroll,details .scroll{overflow:visible;max-height:none}table{font-size:10px}thead th,thead th:first-child{font-size:9px}th,td,th:first-child{padding:3px;white-space:normal;min-width:0;position:static}th:first-child{padding-left:0}svg{min-width:0}.badge{print-color-adjust:exact}}
`;

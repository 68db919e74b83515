/** In the manner of Grafana's dark theme; nothing is loaded. */
export const pageStyle = `
:root { color-scheme: dark; }
* { box-sizing: border-box; }
body { margin: 0; background: #111217; color: #ccccdc; font: 13px/1.4 Inter, "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
header { display: flex; align-items: baseline; gap: 16px; padding: 14px 16px 4px; }
h1 { font-size: 20px; font-weight: 500; margin: 0; color: #fff; }
header .note { color: #8e8ea0; }
header .range { margin-left: auto; padding: 5px 12px; border: 1px solid #2c2d37; border-radius: 3px; background: #181b1f; }
.variables { display: flex; flex-wrap: wrap; gap: 8px; padding: 6px 16px 12px; }
.variables span { display: inline-flex; border: 1px solid #2c2d37; border-radius: 3px; overflow: hidden; }
.variables b { font-weight: 500; padding: 4px 9px; background: #181b1f; color: #8ab8ff; }
.variables em { font-style: normal; padding: 4px 9px; }
main { display: grid; grid-template-columns: repeat(24, minmax(0, 1fr)); grid-auto-rows: 30px; gap: 8px; padding: 0 16px 16px; }
section { background: #181b1f; border: 1px solid #25272e; border-radius: 3px; overflow: hidden; display: flex; flex-direction: column; min-width: 0; }
section h2 { font-size: 13px; font-weight: 500; margin: 0; padding: 6px 10px 2px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
section .body { flex: 1; min-height: 0; overflow: hidden; position: relative; }
h3 { grid-column: 1 / -1; margin: 0; align-self: end; font-size: 15px; font-weight: 500; color: #dcdce6; }
.empty { display: grid; place-items: center; height: 100%; color: #8e8ea0; padding: 0 12px 12px; text-align: center; }
.stat { display: flex; height: 100%; align-items: center; justify-content: space-evenly; padding: 0 10px 8px; }
.stat .value { text-align: center; }
.stat .number { font-size: 34px; line-height: 1.1; font-weight: 500; letter-spacing: -.5px; }
.stat .side .number { font-size: 20px; font-weight: 400; }
.stat .name { font-size: 12px; color: #8e8ea0; }
svg { display: block; }
svg text { fill: #9a9aad; font-size: 11px; }
svg .grid { stroke: #ffffff14; }
.mark line { stroke: var(--mark); stroke-dasharray: 4 4; }
.mark text { fill: var(--mark); }
.mark path { fill: var(--mark); }
.legend { display: flex; gap: 14px; padding: 1px 12px; height: 22px; color: #b6b6c6; font-size: 12px; }
.legend i { display: inline-block; width: 14px; height: 4px; border-radius: 2px; margin-right: 6px; vertical-align: middle; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; }
th { text-align: left; font-weight: 500; color: #6e9fff; padding: 4px 10px; border-bottom: 1px solid #2c2d37; }
td { padding: 4px 10px; border-bottom: 1px solid #22242b; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
td.number, th.number { text-align: right; }
td a { color: #6e9fff; text-decoration: none; }
`;

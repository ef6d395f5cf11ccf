/// The style sheet of reports: one column, readable at 390 pixels, in the dark and on paper.
enum PageStyle {
  static let text = #"""
    :root {
      color-scheme: light dark;
      --paper: #ffffff; --ink: #1b1f24; --soft: #5a636e; --line: #d5dae0; --shade: #f4f6f8;
      --link: #0b5cad; --good: #16703c; --note: #7a5200; --warning: #a8261c;
      --data: #0072b2; --models: #8a6500; --training: #c44e00; --sampling: #007a5c; --evaluation: #9b4d80;
      --figures: #56667a;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --paper: #14171b; --ink: #e4e8ec; --soft: #a0aab5; --line: #39414a; --shade: #1d2227;
        --link: #7ab8f5; --good: #62c98a; --note: #e2b04a; --warning: #ff8a7d;
        --data: #56b4e9; --models: #e6c34a; --training: #f0904d; --sampling: #3fc49d; --evaluation: #d88bbd;
        --figures: #9fb0c4;
      }
    }
    * { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
    body {
      margin: 0 auto; max-width: 74rem; padding: 1.25rem clamp(0.9rem, 3vw, 2.5rem) 3rem; background: var(--paper);
      color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
      overflow-wrap: break-word;
    }
    h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 0.25rem; text-wrap: balance; }
    h2 { font-size: 1.25rem; margin: 2.5rem 0 0.75rem; padding-top: 0.5rem; border-top: 1px solid var(--line); }
    h3 { font-size: 1rem; margin: 1.25rem 0 0.4rem; }
    p, ul, ol, dl, pre, table, figure { margin: 0.6rem 0; }
    a { color: var(--link); }
    :focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 3px; }
    .skip { position: absolute; left: -100vw; }
    .skip:focus { left: 1rem; top: 0.5rem; background: var(--paper); padding: 0.3rem 0.6rem; }
    .soft, caption, figcaption, footer, dt { color: var(--soft); }
    nav ul { list-style: none; padding: 0; margin: 0.9rem 0 0; display: flex; flex-wrap: wrap; gap: 0.3rem 1.1rem; }
    nav a { display: inline-block; min-height: 24px; }
    code, pre, .mono { font: 0.9em/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
    code { overflow-wrap: anywhere; }
    pre { background: var(--shade); border-radius: 6px; padding: 0.7rem 0.9rem; white-space: pre-wrap; overflow-wrap: anywhere; }
    pre .line { display: block; padding-left: 3.6em; text-indent: -3.6em; }
    pre .line::before { content: attr(data-number); display: inline-block; width: 3em; margin-right: 0.6em; text-indent: 0; text-align: right; color: var(--soft); }
    .badge { display: inline-block; border: 1px solid currentColor; border-radius: 1em; padding: 0 0.6em; font-size: 0.85rem; vertical-align: middle; }
    .good { color: var(--good); } .note { color: var(--note); } .warning { color: var(--warning); }
    .verdicts, .verdicts ul, details > ul { list-style: none; padding: 0; margin: 0; }
    .verdicts { margin: 0.6rem 0; }
    .verdicts > li { display: grid; grid-template-columns: minmax(8rem, 13rem) 1fr; gap: 0 1rem; padding: 0.4rem 0; border-bottom: 1px solid var(--line); }
    .verdicts > li:last-child { border: 0; }
    .mark { font-weight: 600; white-space: nowrap; }
    .table { container-type: inline-size; overflow-x: auto; }
    table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
    caption { text-align: left; padding-bottom: 0.3rem; }
    th, td { text-align: left; vertical-align: top; padding: 0.28rem 0.7rem 0.28rem 0; border-bottom: 1px solid var(--line); font-weight: normal; overflow-wrap: break-word; }
    th code { overflow-wrap: break-word; }
    .many { font-size: 0.84rem; }
    .many th, .many td { padding-right: 0.5rem; }
    th.number, td.number { text-align: right; overflow-wrap: normal; white-space: nowrap; }
    thead th, thead th.number { color: var(--soft); border-bottom-color: var(--soft); vertical-align: bottom; white-space: normal; }
    thead button { all: unset; cursor: pointer; font-weight: 600; }
    thead button:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
    thead button::after { content: "\2195"; opacity: 0.45; padding-left: 0.25em; }
    th[aria-sort="ascending"] button::after { content: "\2191"; opacity: 1; }
    th[aria-sort="descending"] button::after { content: "\2193"; opacity: 1; }
    .filter { display: flex; flex-wrap: wrap; gap: 0.3rem 1rem; align-items: baseline; }
    input[type="search"] { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--soft); border-radius: 5px; padding: 0.2rem 0.5rem; min-width: 12rem; max-width: 100%; }
    dl { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: 0.2rem 1rem; }
    dd { margin: 0; overflow-wrap: anywhere; }
    details { border: 1px solid var(--line); border-radius: 6px; margin: 0.5rem 0; padding: 0 0.9rem; }
    details[open] { padding-bottom: 0.6rem; }
    summary { cursor: pointer; padding: 0.45rem 0; }
    summary .kind { color: var(--soft); }
    .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 27rem), 1fr)); gap: 1.2rem; }
    .figures figure { margin: 0; min-width: 0; }
    figure svg, figure img { max-width: 100%; height: auto; display: block; }
    figure .frame[hidden] { display: none; }
    .player { display: flex; gap: 0.7rem; align-items: center; }
    .player input { flex: 1; min-width: 0; accent-color: var(--link); }
    .player button { font: inherit; color: inherit; background: var(--shade); border: 1px solid var(--soft); border-radius: 5px; padding: 0.1rem 0.7rem; cursor: pointer; }
    .player output { min-width: 4.5rem; text-align: right; font-variant-numeric: tabular-nums; }
    .graph .narrow { display: none; }
    .graph svg { max-width: 100%; height: auto; }
    .graph .edges path { fill: none; stroke: var(--soft); stroke-width: 1.2; opacity: 0.75; }
    .graph rect:not(.target) { fill: var(--paper); stroke: currentColor; stroke-width: 1.6; }
    .graph a { text-decoration: none; }
    .graph .target { fill: transparent; stroke: none; }
    .graph a:hover rect:not(.target), .graph a:focus-visible rect:not(.target) { fill: var(--shade); stroke-width: 2.6; }
    .graph a:focus-visible { outline: 3px solid var(--link); outline-offset: 1px; }
    .graph text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; fill: var(--soft); stroke: none; }
    .graph .name { font-weight: 600; font-size: 13px; fill: var(--ink); }
    .graph .worrying rect:not(.target) { stroke-dasharray: 5 3; stroke-width: 2.2; }
    .graph .undone rect:not(.target) { opacity: 0.55; stroke-dasharray: 2 3; }
    .key { display: flex; flex-wrap: wrap; gap: 0.2rem 1.2rem; font-size: 0.9rem; }
    .key span::before { content: ""; display: inline-block; width: 0.75em; height: 0.75em; border: 2px solid currentColor; border-radius: 3px; margin-right: 0.4em; }
    .data { color: var(--data); } .models { color: var(--models); } .training { color: var(--training); }
    .sampling { color: var(--sampling); } .evaluation { color: var(--evaluation); } .figures-key { color: var(--figures); }
    footer { margin-top: 3rem; font-size: 0.9rem; }
    @container (max-width: 38rem) {
      table, thead, tbody, tr, th, td, caption { display: block; }
      thead tr { display: flex; flex-wrap: wrap; gap: 0 0.9rem; padding: 0.3rem 0; }
      thead th, thead th.number { border: 0; padding: 0; text-align: left; }
      thead th:empty { display: none; }
      tbody tr { display: flex; flex-wrap: wrap; gap: 0 1.1rem; border-bottom: 1px solid var(--line); padding: 0.35rem 0; }
      tbody tr[hidden] { display: none; }
      tbody th, tbody td, tbody td.number { border: 0; padding: 0; text-align: left; white-space: normal; overflow-wrap: anywhere; }
      tbody th { flex-basis: 100%; }
      tbody td:empty { display: none; }
      tbody td[data-label]::before { content: attr(data-label) " "; color: var(--soft); }
    }
    @media (max-width: 46rem) {
      .graph .wide { display: none; }
      .graph .narrow { display: block; }
      dl { grid-template-columns: 1fr; gap: 0; }
      dd { margin-bottom: 0.4rem; }
      .verdicts > li { grid-template-columns: 1fr; }
    }
    /* Figures are drawn 640 pixels wide: on a phone they take its whole width, and larger letters in it. */
    @media (max-width: 32rem) {
      .figures svg { width: calc(100% + 1.4rem); max-width: none !important; margin: 0 -0.7rem; overflow: visible; font-size: 20px; }
    }
    @media print {
      body { max-width: none; padding: 0; font-size: 10.5pt; }
      nav, .filter, .skip, .player button { display: none; }
      section, figure, tr { break-inside: avoid-page; }
      section { break-inside: auto; }
      details { border: 0; padding: 0; }
      thead button::after { content: none; }
      a { color: inherit; }
    }
    """#
}

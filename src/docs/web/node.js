/* The page of one node. */
'use strict';

function nodeView(n) {
  const el = h('article', { class: 'node' });
  const closing = [];
  el.append(headOf(n));
  const body = h('div', { class: 'node-body' });
  el.append(body);
  const add = (id, name, content) => {
    if (!content) return;
    body.append(h('section', { id: 's-' + id, 'aria-label': name }, name !== 'Description' && h('h2', {}, name), content));
  };
  add('about', 'Description', n.description ? setHtml(h('div', { class: 'prose' }), n.description) : h('p', { class: 'quiet' }, 'No description.'));
  add('source', 'About the source', n.source_description && setHtml(h('div', { class: 'prose' }), n.source_description));
  if (n.result && n.result.message && Data.status(n).cls !== 'pass') body.append(h('pre', { class: 'message ' + Data.status(n).cls, tabindex: 0 }, n.result.message));
  add('arguments', 'Arguments', argumentTable(n));
  add('columns', 'Columns', columnTable(n));
  add('tests', 'Tests', testTable(n));
  if (Data.kind(n.kind).graph && ((n.parents || Data.none).length || n.children.some(c => Data.kind(Data.nodes[c].kind).graph))) add('lineage', 'Lineage', smallGraph(n, closing));
  add('links', 'Relations', linkLists(n));
  const code = h('div', { class: 'code-box' });
  const section = h('section', { id: 's-code', 'aria-label': 'Code', hidden: true }, h('h2', {}, 'Code'), code);
  body.append(section);
  Data.code(n).then(list => { if (list.length && list.some(Boolean)) { section.hidden = false; codeTabs(n, list, code); } });
  add('config', 'Configuration', configTable(n));
  return { title: Data.title(n), el, close: () => closing.forEach(f => f()) };
}

function headOf(n) {
  const crumbs = [h('a', { href: '#/list/' + n.kind }, Data.kind(n.kind).many)];
  (n.folders || Data.none).forEach((f, k) => crumbs.push(n.kind === 'model' && k < 2
    ? h('a', { href: '#/list/model?layer=' + encodeURIComponent(n.folders[0]) + (k ? '&folder=' + encodeURIComponent(f) : '') }, f) : h('span', {}, f)));
  const s = Data.status(n);
  const facts = h('dl', { class: 'facts' });
  const fact = (name, ...value) => {
    if (value.some(v => v !== null && v !== undefined && v !== '' && v !== false)) facts.append(h('div', {}, h('dt', {}, name), h('dd', {}, ...value)));
  };
  if (n.kind === 'test') {
    if (n.on !== undefined) fact('On', nodeLink(Data.nodes[n.on]), n.column && h('span', {}, ' ', h('code', {}, n.column)));
    fact('Test', n.test || 'singular');
    fact('Severity', n.severity);
  }
  fact('Materialized', n.kind === 'test' || n.kind === 'seed' ? '' : n.materialized);
  if (n.relation) fact('Relation', h('code', {}, n.relation), ' ', copyButton('the relation\u2019s name', n.relation));
  fact('Label', n.label);
  fact('Type', n.exposure_type);
  fact('Maturity', n.maturity);
  if (n.url) fact('Address', /^https?:\/\//i.test(n.url) ? h('a', { href: n.url, rel: 'noopener noreferrer', target: '_blank' }, n.url) : n.url);
  fact('Owner', n.owner);
  fact('Loader', n.loader);
  fact('Freshness', n.freshness);
  fact('Access', n.access);
  fact('Group', n.group);
  for (const [name, value] of n.stats || Data.none) fact(name, String(value));
  if (n.result) {
    const ran = n.result;
    fact('Last result', badge(s.cls, s.word), ran.failures ? ' ' + plural(ran.failures, 'failing row') : '', ran.time !== undefined ? h('span', { class: 'quiet' }, ' ' + seconds(ran.time)) : null,
      ran.at ? h('span', { class: 'quiet' }, ' \u00b7 ' + when(ran.at)) : null);
  } else if (n.kind !== 'source' && n.kind !== 'macro' && n.kind !== 'exposure' && n.materialized !== 'ephemeral') fact('Last result', badge('none', 'not run'));
  fact('Package', n.package !== Data.project.name ? n.package : '');
  fact('File', n.path && h('code', {}, n.path));
  const dot = h('span', { class: 'dot big', 'aria-hidden': 'true' });
  dot.style.background = Data.layerTint(n.layer);
  return h('header', { class: 'node-head' },
    h('nav', { class: 'crumbs', 'aria-label': 'Place' }, crumbs),
    h('h1', { tabindex: -1 }, dot, h('span', {}, Data.title(n)), h('span', { class: 'kind' }, Data.kind(n.kind).one.toLowerCase())),
    (n.tags || Data.none).length ? h('ul', { class: 'tags', 'aria-label': 'Tags' }, n.tags.map(t => h('li', {}, h('a', { href: '#/list/' + n.kind + '?tag=' + encodeURIComponent(t) }, t)))) : null,
    facts);
}

function testChip(t, short) {
  const s = Data.status(t);
  const r = t.result;
  return h('a', { class: 'chip ' + s.cls, href: Data.href(t), title: t.name + ': ' + s.word },
    h('span', { class: 'mark ' + s.cls, 'aria-label': s.word }, Data.marks[s.cls]), ' ', short, r && r.failures ? h('span', { class: 'num' }, ' ' + r.failures.toLocaleString('en')) : null);
}

function columnTable(n) {
  const columns = n.columns || Data.none;
  if (!columns.length) return null;
  const tests = new Map();
  for (const i of n.tests) {
    const t = Data.nodes[i];
    if (!t.column) continue;
    const key = t.column.toLowerCase();
    if (!tests.has(key)) tests.set(key, []);
    tests.get(key).push(t);
  }
  const typed = columns.some(c => c[1]);
  const tested = tests.size > 0;
  return h('div', { class: 'scroll' }, h('table', { class: 'grid columns' },
    h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Name'), typed && h('th', { scope: 'col' }, 'Type'), h('th', { scope: 'col' }, 'Description'), tested && h('th', { scope: 'col' }, 'Tests'))),
    h('tbody', {}, columns.map(c => h('tr', {}, h('th', { scope: 'row' }, h('code', {}, c[0]), c[3] && c[3].map(t => h('span', { class: 'tag' }, t))), typed && h('td', { class: 'type' }, c[1] ? c[1].toLowerCase() : ''),
      c[2] ? setHtml(h('td', { class: 'prose' }), c[2]) : h('td', {}), tested && h('td', { class: 'chips' }, (tests.get(c[0].toLowerCase()) || []).map(t => testChip(t, t.test || t.name))))))));
}

function argumentTable(n) {
  if (!(n.arguments || Data.none).length) return null;
  return h('div', { class: 'scroll' }, h('table', { class: 'grid' },
    h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Name'), h('th', { scope: 'col' }, 'Type'), h('th', { scope: 'col' }, 'Description'))),
    h('tbody', {}, n.arguments.map(a => h('tr', {}, h('th', { scope: 'row' }, h('code', {}, a[0])), h('td', { class: 'type' }, a[1] || ''), a[2] ? setHtml(h('td', { class: 'prose' }), a[2]) : h('td', {}))))));
}

function testTable(n) {
  if (!n.tests.length) return null;
  const list = n.tests.map(i => Data.nodes[i]).sort((a, b) => Data.severity[Data.status(b).cls] - Data.severity[Data.status(a).cls] || (a.column || '').localeCompare(b.column || '') || a.name.localeCompare(b.name));
  const most = 100;
  return [h('div', { class: 'scroll' }, h('table', { class: 'grid tests' },
    h('thead', {}, h('tr', {}, ['Test', 'Column', 'Last result', 'Failures', 'Time'].map((t, k) => h('th', { scope: 'col', class: k > 2 ? 'num' : null }, t)))),
    h('tbody', {}, list.slice(0, most).map(t => {
      const s = Data.status(t);
      const r = t.result || {};
      return h('tr', {}, h('td', {}, h('a', { href: Data.href(t), title: t.name }, t.test || t.name), t.args ? h('span', { class: 'quiet args' }, ' ' + argsText(t.args)) : null),
        h('td', {}, t.column ? h('code', {}, t.column) : ''), h('td', {}, badge(s.cls, s.word), t.severity && t.severity.toLowerCase() === 'warn' ? h('span', { class: 'quiet' }, ' warns only') : null),
        h('td', { class: 'num' }, r.failures === undefined || r.failures === null ? '' : r.failures.toLocaleString('en')), h('td', { class: 'num' }, seconds(r.time)));
    })))), list.length > most && h('p', { class: 'quiet' }, 'The first ' + most + ' of ' + list.length.toLocaleString('en') + '.')];
}

/* A generic test's arguments in a few words. */
function argsText(args) {
  return Object.entries(args).map(([k, v]) => (k === 'values' && Array.isArray(v) ? v.map(String).join(', ') : k + ': ' + (typeof v === 'object' ? JSON.stringify(v) : String(v)))).join(', ');
}

function linkLists(n) {
  const up = (n.parents || Data.none).map(i => Data.nodes[i]);
  const macros = (n.uses || Data.none).map(i => Data.nodes[i]);
  const down = n.children.map(i => Data.nodes[i]).filter(c => !Data.isTest(c));
  const lists = [['Depends on', up], ['Referenced by', down], ['Macros used', macros]].filter(([, l]) => l.length);
  if (!lists.length) return null;
  const most = 60;
  return h('div', { class: 'links' }, lists.map(([name, list]) => h('div', {}, h('h3', {}, name, h('span', { class: 'quiet' }, ' ' + list.length.toLocaleString('en'))),
    h('ul', {}, list.slice().sort((a, b) => Data.title(a) < Data.title(b) ? -1 : 1).slice(0, most).map(m => h('li', {}, nodeLink(m), m.kind !== n.kind && h('span', { class: 'quiet' }, ' ' + Data.kind(m.kind).one.toLowerCase())))),
    list.length > most && h('p', { class: 'quiet' }, 'and ' + (list.length - most).toLocaleString('en') + ' more'))));
}

/* The neighbourhood: as deep as stays readable. */
function neighbourhood(i, up, down) {
  return [i, ...Data.reach([i], 'parents', up), ...Data.reach([i], 'children', down)].sort((a, b) => a - b);
}

function smallGraph(n, closing) {
  const box = h('div', { class: 'graph-box small' });
  const graph = new GraphView(box, { inline: true, whole: true, onselect: m => { if (m && m.i !== n.i) location.hash = Data.href(m); else graph.select(n.i, true); }, onopen: m => { location.hash = Data.href(m); } });
  closing.push(() => graph.close());
  Views.graph = graph;
  /* As deep as stays readable in the width there is, which is known once the box stands in the page. */
  const show = depth => {
    graph.show(neighbourhood(n.i, depth, depth));
    const b = graph.bounds();
    const scale = Math.min(1.15, (box.clientWidth - 32) / (b.x1 - b.x0), 300 / (b.y1 - b.y0));
    box.style.height = Math.max(90, scale * (b.y1 - b.y0) + 40) + 'px';
    graph.select(n.i, true);
    return graph.list.length <= 45 && scale >= 0.62;
  };
  requestAnimationFrame(() => {
    if (graph.closed) return;
    let depth = 3;
    while (!show(depth) && depth > 1) depth--;
    graph.resize();
    if (graph.view.k < 0.55) graph.centre(graph.local.get(n.i), 0.75, false);
  });
  return [box, h('p', { class: 'graph-foot' }, h('a', { href: '#/graph/' + encodeURIComponent(n.id) }, 'Explore this neighbourhood'), h('a', { href: '#/graph?at=' + encodeURIComponent(n.id) }, 'Show in the whole lineage'))];
}

function codeTabs(n, list, box) {
  const parents = new Map();
  for (const i of [...(n.parents || Data.none), ...(n.uses || Data.none)]) parents.set(Data.nodes[i].name, Data.href(Data.nodes[i]));
  const tabs = [['Source', list[0], true], ['Compiled', list[1], false]].filter(t => t[1]);
  const pane = h('div', { class: 'code-pane', role: 'tabpanel', id: 'code-pane' });
  const bar = h('div', { class: 'code-bar' });
  const strip = h('div', { class: 'code-tabs', role: 'tablist', 'aria-label': 'Code' });
  let shown = 0;
  const show = k => {
    shown = k;
    [...strip.children].forEach((b, j) => {
      b.setAttribute('aria-selected', String(j === k));
      b.tabIndex = j === k ? 0 : -1;
    });
    pane.replaceChildren(Sql.block(tabs[k][1], tabs[k][2], name => parents.get(name)));
  };
  tabs.forEach(([name], k) => strip.append(h('button', { type: 'button', role: 'tab', 'aria-controls': 'code-pane', onclick: () => show(k) }, name)));
  strip.addEventListener('keydown', e => {
    if (e.key !== 'ArrowLeft' && e.key !== 'ArrowRight') return;
    show((shown + 1) % tabs.length);
    strip.children[shown].focus();
    e.preventDefault();
  });
  bar.append(strip, copyButton('the code', () => tabs[shown][1]));
  box.append(bar, pane);
  show(0);
}

function configTable(n) {
  const rows = [];
  for (const [group, object] of [['', n.config], ['meta.', n.meta]]) {
    for (const key in object || {}) {
      const v = object[key];
      if (v === null || v === '' || (typeof v === 'object' && !Object.keys(v).length)) continue;
      rows.push(h('tr', {}, h('th', { scope: 'row' }, h('code', {}, group + key)), h('td', {}, h('code', {}, typeof v === 'string' ? v : JSON.stringify(v)))));
    }
  }
  return rows.length ? h('div', { class: 'scroll' }, h('table', { class: 'grid config' }, h('tbody', {}, rows))) : null;
}

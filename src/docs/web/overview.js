/* The first page: what the project is, how its last run went, where things are. */
'use strict';

function badge(cls, word) {
  return h('span', { class: 'badge ' + cls }, h('span', { class: 'mark ' + cls, 'aria-hidden': 'true' }, Data.marks[cls]), ' ', word);
}

function nodeLink(n, extra) {
  const dot = h('span', { class: 'dot', 'aria-hidden': 'true' });
  dot.style.background = Data.layerTint(n.layer);
  return h('a', { class: 'node-link', href: Data.href(n) }, dot, h('span', {}, Data.title(n)), extra);
}

function when(iso) {
  const date = new Date(iso);
  if (isNaN(date)) return iso;
  return date.toLocaleString('en-GB', { day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit' });
}

function overviewView() {
  const p = Data.project;
  const shown = Data.nodes.filter(n => !n.hidden);
  const el = h('article', { class: 'overview' });
  const about = [p.target && 'target ' + p.target, p.adapter, p.generated_at && when(p.generated_at), p.generator].filter(Boolean);
  el.append(h('header', {}, h('h1', { tabindex: -1 }, p.name || 'Project'), about.length ? h('p', { class: 'quiet' }, about.join(' \u00b7 ')) : null));

  const counts = new Map();
  for (const n of shown) counts.set(n.kind, (counts.get(n.kind) || 0) + 1);
  const order = Object.keys(Data.kinds);
  el.append(h('ul', { class: 'counts' }, [...counts].sort((a, b) => order.indexOf(a[0]) - order.indexOf(b[0])).map(([k, c]) =>
    h('li', {}, h('a', { href: '#/list/' + k }, h('strong', {}, c.toLocaleString('en')), ' ', (c === 1 ? Data.kind(k).one : Data.kind(k).many).toLowerCase())))));

  if (p.overview) el.append(setHtml(h('section', { class: 'prose' }), p.overview));
  const columns = h('div', { class: 'two' });
  columns.append(runSection(shown), coverSection(shown));
  el.append(columns);
  const map = mapSection(shown);
  if (map) el.append(map);
  return { title: '', el };
}

/* Results of builds and of tests, each as a bar, then what needs a look. */
function runSection(shown) {
  const section = h('section', {}, h('h2', {}, 'Last results'));
  const groups = [
    ['Built', n => (n.kind === 'model' && n.materialized !== 'ephemeral') || n.kind === 'seed' || n.kind === 'snapshot', { pass: 'built', fail: 'failed', skip: 'skipped', warn: 'in part', none: 'not run' }],
    ['Tested', n => Data.isTest(n), { pass: 'passed', warn: 'warned', fail: 'failed', skip: 'skipped', none: 'not run' }],
  ];
  for (const [name, take, words] of groups) {
    const list = shown.filter(take);
    if (!list.length) continue;
    const sums = { pass: 0, warn: 0, fail: 0, skip: 0, none: 0 };
    let time = 0;
    for (const n of list) {
      sums[Data.status(n).cls]++;
      time += (n.result && n.result.time) || 0;
    }
    const bar = h('div', { class: 'bar-stack', 'aria-hidden': 'true' });
    const legend = h('p', { class: 'bar-words' });
    for (const cls of ['fail', 'warn', 'pass', 'skip', 'none']) {
      if (!sums[cls]) continue;
      const piece = h('span', { class: 'piece ' + cls });
      piece.style.flexGrow = sums[cls];
      bar.append(piece);
      legend.append(h('span', {}, h('span', { class: 'mark ' + cls, 'aria-hidden': 'true' }, Data.marks[cls]), ' ' + sums[cls].toLocaleString('en') + ' ' + words[cls]));
    }
    section.append(h('div', { class: 'run-line' }, h('h3', {}, name, time ? h('span', { class: 'quiet' }, ' ' + seconds(time) + ' in all') : null), bar, legend));
  }
  const bad = shown.filter(n => { const s = Data.status(n).cls; return s === 'fail' || s === 'warn'; })
    .sort((a, b) => Data.severity[Data.status(b).cls] - Data.severity[Data.status(a).cls] || Data.isTest(a) - Data.isTest(b) || (a.name < b.name ? -1 : 1));
  if (bad.length) {
    section.append(h('h3', {}, 'Needs a look'), h('ul', { class: 'bad-list' }, bad.slice(0, 8).map(n => {
      const s = Data.status(n);
      return h('li', {}, h('span', { class: 'mark ' + s.cls, 'aria-label': s.word }, Data.marks[s.cls]),
        h('div', {}, h('a', { href: Data.href(n) }, Data.title(n)), h('div', { class: 'quiet' }, resultText(n))));
    })));
    if (bad.length > 8) {
      const sums = new Map();
      for (const n of bad) sums.set(n.kind, (sums.get(n.kind) || 0) + 1);
      section.append(h('p', { class: 'all-bad' }, 'All: ', [...sums].map(([k, c], i) => [i ? ', ' : '', h('a', { href: '#/list/' + k + '?status=bad' }, plural(c, Data.kind(k).one.toLowerCase(), Data.kind(k).many.toLowerCase()))])));
    }
  }
  return section;
}

function resultText(n) {
  const r = n.result;
  if (!r) return 'not run';
  if (r.failures) return plural(r.failures, 'failing row') + (n.on !== undefined ? ' in ' + Data.title(Data.nodes[n.on]) : '');
  return r.message ? r.message.split('\n')[0] : r.status;
}

/* How much is described and tested. */
function coverSection(shown) {
  const section = h('section', {}, h('h2', {}, 'Coverage'));
  const models = shown.filter(n => n.kind === 'model');
  let columns = 0;
  let told = 0;
  for (const n of shown) {
    if (n.kind !== 'model' && n.kind !== 'source') continue;
    for (const c of n.columns || Data.none) { columns++; if (c[2]) told++; }
  }
  const lines = [
    ['Models with a description', models.filter(n => n.description).length, models.length, '#/list/model?lacks=description'],
    ['Models with a test', models.filter(n => n.tests.length).length, models.length, '#/list/model?lacks=tests'],
    ['Columns with a description', told, columns, '#/list/model?lacks=columns'],
  ];
  const list = h('div', { class: 'cover' });
  for (const [name, have, of, href] of lines) {
    if (!of) continue;
    const fill = h('span', {});
    fill.style.width = 100 * have / of + '%';
    /* Rounded down: 100 % is said only of all. */
    list.append(h('a', { class: 'cover-line', href: have < of ? href : null }, h('span', {}, name), h('span', { class: 'num' }, Math.floor(100 * have / of) + ' %'),
      h('span', { class: 'cover-bar', 'aria-hidden': 'true' }, fill), h('span', { class: 'quiet num' }, have.toLocaleString('en') + ' of ' + of.toLocaleString('en'))));
  }
  section.append(list);
  const slow = shown.filter(n => n.result && n.result.time && !Data.isTest(n)).sort((a, b) => b.result.time - a.result.time).slice(0, 5);
  if (slow.length > 2) {
    section.append(h('h3', {}, 'Longest to build'), h('ul', { class: 'slow' }, slow.map(n => {
      const fill = h('span', { class: 'slow-bar', 'aria-hidden': 'true' });
      fill.style.width = 100 * n.result.time / slow[0].result.time + '%';
      return h('li', {}, nodeLink(n), h('span', { class: 'num' }, seconds(n.result.time)), fill);
    })));
  }
  return section;
}

/* Models by layer and by the folder below it. */
function mapSection(shown) {
  const models = shown.filter(n => n.kind === 'model');
  const layers = Data.layers.filter(l => models.some(n => n.layer === l.name)).map(l => l.name);
  if (!models.length || layers.length > 12) return null;
  const rows = new Map();
  for (const n of models) {
    const domain = (n.folders && n.folders[1]) || '';
    if (!rows.has(domain)) rows.set(domain, new Map());
    const cells = rows.get(domain);
    if (!cells.has(n.layer)) cells.set(n.layer, []);
    cells.get(n.layer).push(n);
  }
  if (rows.size < 2 && layers.length < 2) return null;
  const names = [...rows.keys()].sort();
  const most = 24;
  const body = names.slice(0, most).map(domain => h('tr', {}, h('th', { scope: 'row' }, domain || (names.length > 1 ? h('span', { class: 'quiet' }, 'directly in the layer') : 'models')),
    layers.map(layer => {
      const list = rows.get(domain).get(layer) || [];
      if (!list.length) return h('td', { class: 'empty' });
      const worst = list.map(Data.health).sort((a, b) => Data.severity[b] - Data.severity[a])[0];
      const flag = worst === 'warn' || worst === 'fail';
      const cell = h('a', { href: '#/list/model?layer=' + encodeURIComponent(layer) + '&folder=' + encodeURIComponent(domain), 'aria-label': plural(list.length, 'model') + ' in ' + layer + ' ' + domain },
        h('span', { class: 'num' }, list.length.toLocaleString('en')), flag && h('span', { class: 'mark ' + worst, 'aria-hidden': 'true' }, Data.marks[worst]));
      cell.style.borderLeftColor = Data.layerTint(layer);
      return h('td', {}, cell);
    })));
  return h('section', {}, h('h2', {}, 'Models by layer'), h('div', { class: 'scroll' }, h('table', { class: 'map' },
    h('thead', {}, h('tr', {}, h('td', {}), layers.map(l => h('th', { scope: 'col' }, h('a', { href: '#/list/model?layer=' + encodeURIComponent(l) }, l))))),
    h('tbody', {}, body))), names.length > most && h('p', { class: 'quiet' }, 'The first ' + most + ' of ' + names.length.toLocaleString('en') + ' folders.'));
}

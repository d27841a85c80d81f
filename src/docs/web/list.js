/* All nodes of a kind as a table; filters stand in the address, rows exist only in sight. */
'use strict';

function listView(kind, params) {
  const columns = listColumns(kind);
  const el = h('article', { class: 'list' });
  const count = h('span', { class: 'quiet' });
  const filter = h('input', { type: 'search', class: 'filter', placeholder: 'Filter', 'aria-label': 'Filter by name', value: params.get('q') || '', autocomplete: 'off', spellcheck: 'false' });
  const chips = h('div', { class: 'filter-chips' });
  const box = h('div', { class: 'vlist', role: 'rowgroup' });
  let sort = params.get('sort') || (Data.isTest({ kind }) ? '-result' : '');
  let shown = [];
  const all = Data.nodes.filter(n => n.kind === kind && !n.hidden);

  const tests = {
    layer: v => n => n.layer === v,
    folder: v => n => ((n.folders && n.folders[1]) || '') === v,
    tag: v => n => (n.tags || Data.none).includes(v),
    status: v => n => v === 'bad' ? ['warn', 'fail'].includes(Data.status(n).cls) : Data.status(n).cls === v,
    lacks: v => n => v === 'description' ? !n.description : v === 'tests' ? !n.tests.length : (n.columns || Data.none).some(c => !c[2]),
    test: v => n => (n.test || 'singular') === v,
  };
  const words = { lacks: { description: 'without description', tests: 'without tests', columns: 'with undescribed columns' },
    status: { bad: 'warned or failed', pass: 'passed', warn: 'warned', fail: 'failed', none: 'not run', skip: 'skipped' } };

  function address() {
    const text = params.toString();
    history.replaceState(null, '', '#/list/' + kind + (text ? '?' + text : ''));
  }

  const head = h('div', { class: 'vhead', role: 'row' });
  function drawHead() {
    head.replaceChildren(...columns.map(c => {
      const mine = sort.replace('-', '') === c.key;
      return h('div', { role: 'columnheader', class: c.cls, 'aria-sort': mine ? (sort[0] === '-' ? 'descending' : 'ascending') : 'none' },
        h('button', { type: 'button', onclick: () => {
          sort = mine && sort[0] !== '-' ? '-' + c.key : mine ? c.key : c.down ? '-' + c.key : c.key;
          params.set('sort', sort);
          address();
          fill();
        } }, c.name, mine ? (sort[0] === '-' ? ' \u2193' : ' \u2191') : ''));
    }));
  }

  function fill() {
    const q = filter.value.trim().toLowerCase();
    const take = Object.keys(tests).filter(k => params.get(k) !== null).map(k => tests[k](params.get(k)));
    shown = all.filter(n => (!q || Data.title(n).toLowerCase().includes(q)) && take.every(t => t(n)));
    const by = columns.find(c => c.key === sort.replace('-', '')) || columns[0];
    const sign = sort[0] === '-' ? -1 : 1;
    const keys = new Map(shown.map(n => [n, by.value(n)]));
    shown.sort((a, b) => {
      const x = keys.get(a);
      const y = keys.get(b);
      return (x < y ? -sign : x > y ? sign : 0) || (Data.title(a) < Data.title(b) ? -1 : 1);
    });
    count.textContent = shown.length === all.length ? all.length.toLocaleString('en') : shown.length.toLocaleString('en') + ' of ' + all.length.toLocaleString('en');
    drawHead();
    rows.set(shown.length);
  }

  function drawChips() {
    chips.replaceChildren();
    for (const k of Object.keys(tests)) {
      const v = params.get(k);
      if (v === null) continue;
      const label = (words[k] && words[k][v]) || k + ' ' + (v || 'none');
      chips.append(h('button', { type: 'button', class: 'chip', 'aria-label': 'Remove filter: ' + label, onclick: () => { params.delete(k); address(); drawChips(); fill(); } }, label, h('span', { 'aria-hidden': 'true' }, ' \u00d7')));
    }
    if (Data.isTest({ kind }) || kind === 'model') {
      if (params.get('status') === null && all.some(n => ['warn', 'fail'].includes(Data.status(n).cls))) {
        chips.append(h('button', { type: 'button', class: 'chip offer', onclick: () => { params.set('status', 'bad'); address(); drawChips(); fill(); } }, 'Only warned or failed'));
      }
    }
  }

  const rows = new VirtualRows(box, 38, null, k => {
    const n = shown[k];
    return h('div', { class: 'vrow', role: 'row' }, columns.map(c => h('div', { role: 'cell', class: c.cls }, c.draw(n))));
  });
  filter.addEventListener('input', () => {
    if (filter.value) params.set('q', filter.value);
    else params.delete('q');
    address();
    fill();
  });
  el.append(h('header', {}, h('h1', { tabindex: -1 }, Data.kind(kind).many, ' ', count), h('div', { class: 'filters' }, filter, chips)));
  const table = h('div', { class: 'vtable', role: 'table', 'aria-label': Data.kind(kind).many }, head, box);
  table.style.setProperty('--cols', columns.map(c => c.width).join(' '));
  table.style.setProperty('--cols-mid', columns.filter(c => !/roomy/.test(c.cls || '')).map(c => c.width).join(' '));
  table.style.setProperty('--cols-narrow', columns.filter(c => !/wide/.test(c.cls || '')).map(c => c.narrow || c.width).join(' '));
  el.append(table);
  drawChips();
  return { title: Data.kind(kind).many, el, ready: fill, close: () => rows.close() };
}

function listColumns(kind) {
  const rank = n => Data.severity[Data.status(n).cls];
  const result = { key: 'result', name: 'Result', width: '6.5rem', narrow: '6rem', down: true, value: rank, draw: n => { const s = Data.status(n); return badge(s.cls, s.word); } };
  const time = { key: 'time', name: 'Time', width: '5.5rem', cls: 'num wide', down: true, value: n => (n.result && n.result.time) || 0, draw: n => seconds(n.result && n.result.time) };
  const name = { key: 'name', name: 'Name', width: 'minmax(10rem, 2.2fr)', narrow: 'minmax(0, 1fr)', value: n => Data.title(n).toLowerCase(), draw: n => nodeLink(n) };
  const folder = { key: 'folder', name: 'Folder', width: 'minmax(6rem, 1.2fr)', cls: 'wide', value: n => (n.folders || Data.none).join('/'), draw: n => (n.folders || Data.none).join(' / ') };
  const about = { key: 'about', name: 'Description', width: 'minmax(8rem, 2.2fr)', cls: 'wide roomy quiet', value: n => Data.text(n.description).toLowerCase(), draw: n => Data.text(n.description) };
  const file = { key: 'file', name: 'File', width: 'minmax(8rem, 1.6fr)', cls: 'wide quiet', value: n => n.path || '', draw: n => n.path || '' };
  const tests = { key: 'tests', name: 'Tests', width: '4.5rem', narrow: '3.5rem', cls: 'num', down: true, value: n => n.tests.length, draw: n => n.tests.length ? String(n.tests.length) : '' };
  switch (kind) {
    case 'test':
      return [name, { key: 'on', name: 'On', width: 'minmax(8rem, 1.4fr)', cls: 'wide', value: n => n.on === undefined ? '' : Data.title(Data.nodes[n.on]), draw: n => n.on === undefined ? '' : nodeLink(Data.nodes[n.on]) },
        { key: 'column', name: 'Column', width: 'minmax(5rem, 0.8fr)', cls: 'wide', value: n => n.column || '', draw: n => n.column ? h('code', {}, n.column) : '' },
        result, { key: 'failures', name: 'Failures', width: '5.5rem', cls: 'num wide', down: true, value: n => (n.result && n.result.failures) || 0, draw: n => n.result && n.result.failures ? n.result.failures.toLocaleString('en') : '' }, time];
    case 'model':
      return [name, folder, { key: 'mat', name: 'Kind', width: '6rem', cls: 'wide', value: n => n.materialized || '', draw: n => n.materialized || '' }, about, tests, result, time];
    case 'source':
      return [name, about, { key: 'columns', name: 'Columns', width: '5rem', cls: 'num wide', down: true, value: n => (n.columns || Data.none).length, draw: n => String((n.columns || Data.none).length) }, tests];
    case 'seed':
    case 'snapshot':
      return [name, folder, about, tests, result, time];
    case 'macro':
      return [name, { key: 'arguments', name: 'Arguments', width: 'minmax(6rem, 1.2fr)', cls: 'wide quiet', value: n => (n.arguments || Data.none).length, draw: n => (n.arguments || Data.none).map(a => a[0]).join(', ') }, about, file];
    case 'exposure':
      return [name, { key: 'type', name: 'Type', width: '7rem', cls: 'wide', value: n => n.exposure_type || '', draw: n => n.exposure_type || '' }, { key: 'owner', name: 'Owner', width: 'minmax(6rem, 1fr)', value: n => n.owner || '', draw: n => n.owner || '' }, about];
    default:
      return [name, about, file];
  }
}

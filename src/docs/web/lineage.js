/* The lineage page: the graph with its tools, the legend, and what is known of the node in hand. */
'use strict';

function lineageView(id, params) {
  const focus = id ? Data.byId.get(id) : null;
  const el = h('article', { class: 'lineage' });
  const box = h('div', { class: 'graph-box' });
  const panel = h('aside', { class: 'graph-panel', hidden: true, 'aria-label': 'Selected node' });
  const legend = h('div', { class: 'graph-legend', role: 'group', 'aria-label': 'Shown layers' });
  const small = h('canvas', { class: 'graph-map', 'aria-hidden': 'true' });
  const note = h('p', { class: 'graph-note', role: 'status', hidden: true });
  const off = new Set();
  let numbers = [];

  const graph = new GraphView(box, {
    onselect: n => { drawPanel(n); if (!focus) remember(n); },
    onopen: n => { location.hash = Data.href(n); },
    ondraw: () => drawMap(),
    inset: () => legend.offsetHeight,
    whole: !!focus,
  });
  Views.graph = graph;
  const saved = memory.get('colour');
  if (saved) graph.colour = saved;

  function remember(n) {
    if (n) params.set('at', n.id);
    else params.delete('at');
    address();
  }
  function address() {
    const text = params.toString();
    history.replaceState(null, '', '#/graph' + (focus ? '/' + encodeURIComponent(focus.id) : '') + (text ? '?' + text : ''));
  }
  const depthOf = name => (params.get(name) === null ? (focus ? 2 : Infinity) : params.get(name) === 'all' ? Infinity : +params.get(name));

  function legendKey(n) {
    return graph.colour === 'kind' ? n.kind : graph.colour === 'result' ? Data.health(n) : n.layer;
  }

  function say(text) {
    note.textContent = text;
    note.hidden = !text;
  }

  function fill() {
    const withTests = params.get('tests') === '1';
    let list;
    say('');
    if (focus) {
      list = neighbourhood(focus.i, depthOf('up'), depthOf('down'));
    } else {
      list = Data.nodes.filter(n => Data.kind(n.kind).graph).map(n => n.i);
      try {
        const set = Select.parse(params.get('select') || '');
        if (set) list = list.filter(i => set.has(i));
        if (set && !list.length) say('The selection finds no node.');
      } catch (e) {
        say(e.message);
      }
    }
    legendFor(list);
    if (off.size) list = list.filter(i => !off.has(legendKey(Data.nodes[i])));
    if (withTests) {
      const have = new Set(list);
      for (const n of Data.nodes) if (Data.isTest(n) && (n.parents || Data.none).some(p => have.has(p))) have.add(n.i);
      list = [...have].sort((a, b) => a - b);
    }
    numbers = list;
    graph.up = focus ? Infinity : depthOf('up');
    graph.down = focus ? Infinity : depthOf('down');
    graph.show(list);
    graph.fit(false);
    counter.textContent = plural(list.length, 'node') + ', ' + plural(graph.from.length, 'edge');
  }

  function legendFor(list) {
    const counts = new Map();
    for (const i of list) {
      const key = legendKey(Data.nodes[i]);
      counts.set(key, (counts.get(key) || 0) + 1);
    }
    let keys;
    if (graph.colour === 'kind') keys = Object.keys(Data.kinds);
    else if (graph.colour === 'result') keys = ['fail', 'warn', 'pass', 'skip', 'none'];
    else keys = Data.layers.map(l => l.name);
    const names = { fail: 'failed', warn: 'warned', pass: 'passed', skip: 'skipped', none: 'not run' };
    keys = keys.filter(k => counts.has(k));
    for (const k of [...off]) if (!keys.includes(k)) off.delete(k);
    legend.replaceChildren(...keys.slice(0, 16).map(k => {
      const dot = h('span', { class: 'dot', 'aria-hidden': 'true' });
      dot.style.background = graph.colour === 'kind' ? Data.kindTint(k) : graph.colour === 'result' ? graph.style[k] : Data.layerTint(k);
      return h('button', { type: 'button', 'aria-pressed': String(!off.has(k)), title: 'Show or hide', onclick: () => {
        if (off.has(k)) off.delete(k);
        else off.add(k);
        fill();
      } }, dot, graph.colour === 'kind' ? Data.kind(k).many.toLowerCase() : names[k] || k, h('span', { class: 'quiet num' }, ' ' + counts.get(k).toLocaleString('en')));
    }));
  }

  function drawPanel(n) {
    panel.hidden = !n;
    el.classList.toggle('picked', !!n);
    if (!n) return;
    const s = Data.status(n);
    const about = Data.text(n.description);
    const tests = n.tests.map(i => Data.nodes[i]);
    const bad = tests.filter(t => ['warn', 'fail'].includes(Data.status(t).cls)).length;
    panel.replaceChildren(
      h('button', { type: 'button', class: 'icon close', 'aria-label': 'Let go', onclick: () => { graph.select(null); graph.canvas.focus(); } }, '\u00d7'),
      h('p', { class: 'quiet' }, [Data.kind(n.kind).one, n.materialized, n.layer !== Data.kind(n.kind).many.toLowerCase() && n.layer].filter(Boolean).join(' \u00b7 ')),
      h('h2', {}, h('a', { href: Data.href(n) }, Data.title(n))),
      about ? h('p', { class: 'panel-about' }, about.length > 220 ? about.slice(0, 220).replace(/\s+\S*$/, '') + '\u2026' : about) : null,
      h('p', {}, n.result ? [badge(s.cls, s.word), ' ', h('span', { class: 'quiet' }, seconds(n.result.time))] : null,
        tests.length ? h('span', { class: 'quiet' }, (n.result ? ' \u00b7 ' : '') + plural(tests.length, 'test') + (bad ? ', ' + bad + ' not passing' : '')) : null),
      h('p', { class: 'panel-counts' }, h('span', { class: 'up-mark' }, plural(graph.upCount, 'node') + ' upstream'), h('span', { class: 'down-mark' }, plural(graph.downCount, 'node') + ' downstream')),
      h('p', { class: 'panel-go' }, h('a', { class: 'button', href: Data.href(n) }, 'Open'), (!focus || focus !== n) && h('a', { class: 'button', href: '#/graph/' + encodeURIComponent(n.id) }, 'Only its neighbourhood')));
  }

  /* The whole in a corner, when it is too large to be seen at once. */
  function drawMap() {
    const use = graph.list.length > 150 && graph.w > 640;
    small.hidden = !use;
    el.classList.toggle('with-map', use);
    if (!use) return;
    const b = graph.bounds();
    const ratio = graph.ratio;
    const k = Math.min(190 / (b.x1 - b.x0), 150 / (b.y1 - b.y0));
    const w = Math.ceil((b.x1 - b.x0) * k);
    const hgt = Math.ceil((b.y1 - b.y0) * k);
    if (!graph.map) {
      graph.map = document.createElement('canvas');
      graph.map.width = small.width = w * ratio;
      graph.map.height = small.height = hgt * ratio;
      small.style.width = w + 'px';
      small.style.height = hgt + 'px';
      const c = graph.map.getContext('2d');
      c.scale(k * ratio, k * ratio);
      c.translate(-b.x0, -b.y0);
      for (let i = 0; i < graph.list.length; i++) {
        c.fillStyle = graph.tintOf(Data.nodes[graph.list[i]]);
        c.fillRect(graph.layout.x[i], graph.layout.y[i] - 15, graph.layout.width[i], Math.max(26, 0.8 / k));
      }
    }
    const c = small.getContext('2d');
    c.setTransform(1, 0, 0, 1, 0, 0);
    c.clearRect(0, 0, small.width, small.height);
    c.drawImage(graph.map, 0, 0);
    const v = graph.view;
    c.scale(ratio, ratio);
    c.strokeStyle = graph.style.accent;
    c.lineWidth = 1.5;
    c.strokeRect((-v.x / v.k - b.x0) * k, (-v.y / v.k - b.y0) * k, graph.w / v.k * k, graph.h / v.k * k);
    small.onpointerdown = small.onpointermove = e => {
      if (!e.buttons) return;
      const r = small.getBoundingClientRect();
      graph.fitted = false;
      graph.moving = null;
      graph.view = { k: v.k, x: graph.w / 2 - ((e.clientX - r.left) / k + b.x0) * v.k, y: graph.h / 2 - ((e.clientY - r.top) / k + b.y0) * v.k };
      graph.redraw(true);
    };
  }

  const tool = (text, label, act) => h('button', { type: 'button', 'aria-label': label, title: label, onclick: act }, text);
  const choice = (label, name, options, value, act) => h('label', { class: 'choice' }, h('span', {}, label), h('select', { name, onchange: e => act(e.target.value) },
    options.map(([v, t]) => h('option', { value: v, selected: v === value }, t))));
  const depths = [['0', 'none'], ['1', '1'], ['2', '2'], ['3', '3'], ['5', '5'], ['all', 'all']];
  const depthValue = name => params.get(name) || (focus ? '2' : 'all');
  const setDepth = name => v => {
    params.set(name, v);
    address();
    if (focus) { fill(); graph.select(focus.i); }
    else {
      graph[name] = v === 'all' ? Infinity : +v;
      graph.relight();
      graph.redraw();
      if (graph.selected >= 0) drawPanel(Data.nodes[graph.list[graph.selected]]);
    }
  };
  const counter = h('span', { class: 'quiet counter' });
  const selectBox = focus ? null : h('input', { type: 'search', class: 'select-box', 'aria-label': 'Select nodes', placeholder: 'Select: +name, name+, tag:x, path:models/\u2026', value: params.get('select') || '', autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false',
    title: 'Selection as on the command line: names with *, +x, x+, 2+x, tag:, path:, source:, comma to intersect, --exclude',
    onchange: e => {
      if (e.target.value.trim()) params.set('select', e.target.value.trim());
      else params.delete('select');
      address();
      fill();
    } });
  const bar = h('div', { class: 'graph-bar', role: 'toolbar', 'aria-label': 'Graph' },
    focus ? h('div', { class: 'focus-of' }, h('span', { class: 'quiet' }, 'Around '), h('a', { href: Data.href(focus) }, Data.title(focus)), ' ', h('a', { class: 'button', href: '#/graph?at=' + encodeURIComponent(focus.id) }, 'Whole lineage')) : selectBox,
    choice('Upstream', 'up', depths, depthValue('up'), setDepth('up')),
    choice('Downstream', 'down', depths, depthValue('down'), setDepth('down')),
    choice('Colour', 'colour', [['layer', 'layer'], ['kind', 'kind'], ['result', 'result']], graph.colour, v => {
      graph.colour = v;
      memory.set('colour', v);
      off.clear();
      graph.map = null;
      fill();
    }),
    h('label', { class: 'choice check' }, h('input', { type: 'checkbox', checked: params.get('tests') === '1', onchange: e => {
      if (e.target.checked) params.set('tests', '1');
      else params.delete('tests');
      address();
      fill();
    } }), h('span', {}, 'Tests')));
  const zoom = h('div', { class: 'graph-zoom', role: 'group', 'aria-label': 'Zoom' }, tool('+', 'Zoom in', () => graph.zoom(1.4, undefined, undefined, true)),
    tool('\u2212', 'Zoom out', () => graph.zoom(1 / 1.4, undefined, undefined, true)), tool('\u2922', 'Show all', () => graph.fit(true)));
  const stage = h('div', { class: 'graph-stage' }, box, counter, zoom, legend, small, note);
  el.append(h('h1', { class: 'unseen', tabindex: -1 }, focus ? 'Lineage around ' + Data.title(focus) : 'Lineage'), bar, h('div', { class: 'graph-rest' }, stage, panel));

  return {
    title: focus ? 'Lineage of ' + Data.title(focus) : 'Lineage',
    el,
    full: true,
    ready() {
      fill();
      if (focus) graph.select(focus.i);
      else if (params.get('at') && Data.byId.has(params.get('at'))) {
        const n = Data.byId.get(params.get('at'));
        graph.select(n.i);
        if (graph.selected >= 0 && graph.list.length > 80) graph.centre(graph.selected, 0.6, false);
      }
    },
    restyle: () => { legendFor(numbers); graph.restyle(); },
    close: () => graph.close(),
  };
}

/* The payload as the page uses it. Nodes are the payload's own objects; added to each here: `i` (its number), `children`,
   `tests` (test nodes on it), `layer`, `depth` (longest way from a root). The format is described in
   docs/reference/docs-page.md. */
'use strict';

const Data = (() => {
  const payload = JSON.parse(document.getElementById('cdbt-data').textContent);
  const project = payload.project || {};
  const nodes = payload.nodes || [];
  const none = Object.freeze([]);
  const byId = new Map();

  const kinds = {
    model: { one: 'Model', many: 'Models', graph: true },
    source: { one: 'Source', many: 'Sources', graph: true },
    seed: { one: 'Seed', many: 'Seeds', graph: true },
    snapshot: { one: 'Snapshot', many: 'Snapshots', graph: true },
    exposure: { one: 'Exposure', many: 'Exposures', graph: true },
    metric: { one: 'Metric', many: 'Metrics', graph: true },
    semantic_model: { one: 'Semantic model', many: 'Semantic models', graph: true },
    saved_query: { one: 'Saved query', many: 'Saved queries', graph: true },
    analysis: { one: 'Analysis', many: 'Analyses', graph: true },
    operation: { one: 'Operation', many: 'Operations', graph: false },
    test: { one: 'Test', many: 'Tests', graph: false },
    unit_test: { one: 'Unit test', many: 'Unit tests', graph: false },
    macro: { one: 'Macro', many: 'Macros', graph: false },
  };
  function kind(name) {
    return kinds[name] || (kinds[name] = { one: name, many: name, graph: false });
  }

  for (let i = 0; i < nodes.length; i++) {
    const n = nodes[i];
    n.i = i;
    n.children = none;
    n.tests = none;
    n.layer = '';
    n.depth = 0;
    byId.set(n.id, n);
  }
  function add(n, list, value) {
    if (n[list] === none) n[list] = [value];
    else n[list].push(value);
  }
  const isTest = n => n.kind === 'test' || n.kind === 'unit_test';
  for (const n of nodes) {
    for (const p of n.parents || none) add(nodes[p], 'children', n.i);
    for (const m of n.uses || none) add(nodes[m], 'children', n.i);
    if (isTest(n)) {
      if (n.on !== undefined) add(nodes[n.on], 'tests', n.i);
      else for (const p of n.parents || none) add(nodes[p], 'tests', n.i);
    }
  }

  /* Depth by Kahn's algorithm. A cycle cannot be in a valid project; its nodes would keep depth 0. */
  (() => {
    const left = new Int32Array(nodes.length);
    const queue = [];
    for (const n of nodes) {
      left[n.i] = (n.parents || none).length;
      if (!left[n.i] && n.kind !== 'macro') queue.push(n);
    }
    for (let at = 0; at < queue.length; at++) {
      const n = queue[at];
      for (const c of n.children) {
        const child = nodes[c];
        if (child.depth <= n.depth) child.depth = n.depth + 1;
        if (--left[c] === 0) queue.push(child);
      }
    }
  })();

  /* A model's layer is its first folder; a project without folders has its layers in the names. */
  const prefixes = { stg: 'staging', base: 'staging', raw: 'raw', src: 'staging', int: 'intermediate', dim: 'marts', fct: 'marts', fact: 'marts',
    mart: 'marts', rpt: 'reporting' };
  const flat = !nodes.some(n => n.kind === 'model' && n.folders && n.folders.length);
  for (const n of nodes) {
    if (n.kind !== 'model') n.layer = kind(n.kind).many.toLowerCase();
    else if (n.folders && n.folders.length) n.layer = n.folders[0];
    else n.layer = (flat && prefixes[n.name.split('_')[0]]) || 'models';
  }

  /* Layers in the order in which data flows through them: sources and seeds, models by mean depth, then what reads them. */
  const layers = [];
  (() => {
    const sums = new Map();
    for (const n of nodes) {
      let s = sums.get(n.layer);
      if (!s) sums.set(n.layer, s = { name: n.layer, kind: n.kind, depth: 0, count: 0 });
      s.depth += n.depth;
      s.count++;
    }
    const place = { source: 0, seed: 1, model: 2, snapshot: 3 };
    const rank = s => place[s.kind] === undefined ? 9 : place[s.kind];
    layers.push(...sums.values());
    layers.sort((a, b) => rank(a) - rank(b) || a.depth / a.count - b.depth / b.count || (a.name < b.name ? -1 : 1));
  })();

  /* Hue and saturation; the scheme (light or dark) gives the lightness. */
  const known = {
    sources: [142, 30], seeds: [78, 36], snapshots: [182, 42], exposures: [335, 40], metrics: [300, 30], analyses: [0, 0], tests: [220, 6],
    'unit tests': [220, 6], macros: [262, 22],
    bronze: [25, 52], raw: [25, 52], staging: [25, 52], stg: [25, 52], base: [15, 45], landing: [15, 45],
    int: [208, 34], intermediate: [208, 34], silver: [208, 26], prep: [208, 34], core: [190, 38],
    gold: [44, 68], mart: [236, 40], marts: [236, 40], reporting: [262, 36], reports: [262, 36], analytics: [262, 36],
  };
  const spare = [[208, 34], [25, 52], [236, 40], [44, 68], [275, 32], [172, 36], [8, 48], [100, 30], [320, 34], [190, 42]];
  const tints = new Map();
  (() => {
    let next = 0;
    for (const l of layers) tints.set(l.name, known[l.name.toLowerCase()] || (l.kind === 'model' ? spare[next++ % spare.length] : [220, 8]));
  })();
  const kindTints = { model: [214, 42], ...Object.fromEntries(Object.keys(kinds).map(k => [k, known[kinds[k].many.toLowerCase()]]).filter(p => p[1])) };
  function dark() {
    return document.documentElement.dataset.scheme === 'dark';
  }
  function tint(pair) {
    const [hue, sat] = pair || [220, 8];
    return `hsl(${hue} ${sat}% ${dark() ? 60 : 45}%)`;
  }

  /* Results: one word of five classes decides colour and mark everywhere. */
  const classOf = { pass: 'pass', success: 'pass', warn: 'warn', fail: 'fail', error: 'fail', 'runtime error': 'fail', skipped: 'skip', 'no-op': 'skip', 'partial success': 'warn' };
  const marks = { pass: '\u2713', warn: '!', fail: '\u2715', skip: '\u2013', none: '\u25cb' };
  function status(n) {
    const word = n.result && n.result.status;
    return { word: word || 'not run', cls: word ? classOf[word] || 'none' : 'none' };
  }
  const severity = { fail: 4, warn: 3, pass: 2, skip: 1, none: 0 };
  /* The worst of a node's own result and of its tests' results. */
  function health(n) {
    let worst = status(n).cls;
    for (const t of n.tests) {
      const s = status(nodes[t]).cls;
      if (severity[s] > severity[worst]) worst = s;
    }
    return worst;
  }

  function title(n) {
    if (n.kind === 'source') return n.source + '.' + n.name;
    if (n.version !== undefined) return n.name + '.v' + n.version;
    return n.name;
  }
  function href(n) {
    return '#/' + n.kind + '/' + encodeURIComponent(n.id);
  }
  function text(rendered) {
    return rendered ? rendered.replace(/<\/?(?:p|li|[uo]l|h\d|br|t[rdh]|pre|blockquote)\b[^>]*>/g, ' ').replace(/<[^>]*>/g, '').replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/&amp;/g, '&').replace(/\s+/g, ' ').trim() : '';
  }

  /* Code comes in blocks after the page's script, so that the page is there before the browser has read them; a block is parsed
     when one of its nodes is looked at. */
  const parsed = new Map();
  function codeNow(i) {
    for (const block of document.getElementsByClassName('cdbt-code')) {
      const first = +block.dataset.first;
      if (i < first || i >= first + +block.dataset.count) continue;
      let list = parsed.get(first);
      if (!list) parsed.set(first, list = JSON.parse(block.textContent));
      return list[i - first] || none;
    }
    return none;
  }
  function code(n) {
    if (document.readyState !== 'loading') return Promise.resolve(codeNow(n.i));
    return new Promise(done => document.addEventListener('DOMContentLoaded', () => done(codeNow(n.i)), { once: true }));
  }
  /* The domain of a node, to draw very large graphs by: the folder below the layer; what has none goes with most of its readers. */
  function domain(n) {
    if (n.kind === 'model') return (n.folders && (n.folders[1] || n.folders[0])) || n.package;
    const votes = new Map();
    for (const c of n.children) {
      if (nodes[c].kind !== 'model') continue;
      const d = domain(nodes[c]);
      votes.set(d, (votes.get(d) || 0) + 1);
    }
    if (!votes.size) for (const p of n.parents || none) if (nodes[p].kind === 'model') return domain(nodes[p]);
    return [...votes].reduce((best, v) => v[1] > best[1] ? v : best, [n.source || (n.folders && n.folders[0]) || n.package, 0])[0];
  }

  /* Numbers of all nodes up to `depth` links away from any of `starts` in one direction; tests and macros are not walked. */
  function reach(starts, list, depth) {
    const seen = new Set(starts);
    const found = [];
    let edge = [...seen];
    for (let d = 1; edge.length && d <= depth; d++) {
      const next = [];
      for (const i of edge) {
        for (const j of nodes[i][list] || none) {
          if (seen.has(j) || !kind(nodes[j].kind).graph) continue;
          seen.add(j);
          next.push(j);
        }
      }
      for (const j of next) found.push(j);
      edge = next;
    }
    return found;
  }

  return { project, nodes, byId, kinds, kind, layers, isTest, status, health, marks, severity, title, href, text, code, domain, reach, dark,
    tint, layerTint: name => tint(tints.get(name)), kindTint: name => tint(kindTints[name]), none };
})();

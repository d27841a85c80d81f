/* The contents at the side: resource kinds, below them packages and folders (or the database's schemas), below them nodes.
   Only rows in sight exist. Keys as in any tree: up, down, left, right, Home, End, Enter. */
'use strict';

const Tree = (() => {
  let box;
  let rows;
  let flat = [];
  let roots = [];
  let current = -1;
  let cursor = 0;
  const open = new Set();

  function group(key, name, extra) {
    return { key, name, groups: new Map(), nodes: [], count: 0, ...extra };
  }

  function below(g, name, extra) {
    let sub = g.groups.get(name);
    if (!sub) g.groups.set(name, sub = group(g.key + '/' + name, name, extra));
    return sub;
  }

  function build() {
    const order = ['model', 'source', 'seed', 'snapshot', 'exposure', 'metric', 'semantic_model', 'saved_query', 'analysis', 'operation', 'test', 'unit_test', 'macro'];
    const byKind = new Map();
    const packages = new Map();
    for (const n of Data.nodes) {
      if (n.hidden) continue;
      if (!packages.has(n.kind)) packages.set(n.kind, new Set());
      packages.get(n.kind).add(n.package);
    }
    for (const n of Data.nodes) {
      if (n.hidden) continue;
      let root = byKind.get(n.kind);
      if (!root) byKind.set(n.kind, root = group(n.kind, Data.kind(n.kind).many));
      let g = root;
      g.count++;
      const down = (name, extra) => { g = below(g, name, extra); g.count++; };
      if (packages.get(n.kind).size > 1) down(n.package, { pack: true });
      if (n.kind === 'source') down(n.source);
      else if (n.kind === 'test') down(n.test || 'singular');
      else if (n.kind === 'macro') { if (n.path) down(n.path.split('/').pop().replace(/\.[^.]*$/, '')); }
      else for (const f of n.folders || Data.none) down(f);
      g.nodes.push(n.i);
    }
    roots = [...byKind.values()].sort((a, b) => place(order, a.key) - place(order, b.key));
    /* Layers stand in the order of the flow, other folders by name. */
    const flow = new Map(Data.layers.map((l, i) => [l.name, i]));
    const sort = (g, depth) => {
      const subs = [...g.groups.values()];
      subs.sort((a, b) => (g.key === 'model' && flow.has(a.name) && flow.has(b.name) ? flow.get(a.name) - flow.get(b.name) : 0) || (a.name < b.name ? -1 : 1));
      g.subs = subs;
      g.nodes.sort((a, b) => Data.title(Data.nodes[a]) < Data.title(Data.nodes[b]) ? -1 : 1);
      subs.forEach(s => sort(s, depth + 1));
    };
    roots.forEach(r => sort(r, 0));
    const saved = memory.get('open:' + Data.project.name);
    if (saved !== null) saved.split('\n').filter(Boolean).forEach(k => open.add(k));
    else {
      const models = roots.find(r => r.key === 'model') || roots[0];
      if (models) {
        open.add(models.key);
        if (models.count <= 120) models.subs.forEach(s => { open.add(s.key); if (models.count <= 40) s.subs.forEach(t => open.add(t.key)); });
      }
    }
  }

  function place(order, key) {
    const at = order.indexOf(key);
    return at < 0 ? order.length : at;
  }

  function flatten() {
    flat = [];
    const visit = (g, depth, parent) => {
      const me = flat.length;
      flat.push({ g, depth, parent });
      if (!open.has(g.key)) return;
      for (const s of g.subs) visit(s, depth + 1, me);
      for (const i of g.nodes) flat.push({ i, depth: depth + 1, parent: me });
    };
    for (const r of roots) visit(r, 0, -1);
    cursor = Math.max(0, Math.min(cursor, flat.length - 1));
    rows.set(flat.length);
  }

  function draw(k) {
    const row = flat[k];
    const attrs = { role: 'treeitem', class: 'row', 'aria-level': row.depth + 1, tabindex: k === cursor ? 0 : -1, 'data-row': k };
    let el;
    if (row.g) {
      el = h('div', { ...attrs, class: 'row group' + (row.depth ? '' : ' root'), 'aria-expanded': String(open.has(row.g.key)) },
        h('span', { class: 'twist', 'aria-hidden': 'true' }),
        h('span', { class: 'row-name' }, row.g.name),
        h('span', { class: 'row-count' }, row.g.count.toLocaleString('en')));
    } else {
      const n = Data.nodes[row.i];
      const mark = Data.health(n);
      const flag = mark === 'warn' || mark === 'fail';
      const dot = h('span', { class: 'dot', 'aria-hidden': 'true' });
      dot.style.background = Data.layerTint(n.layer);
      el = h('a', { ...attrs, class: 'row leaf', href: Data.href(n), 'aria-current': row.i === current ? 'page' : null, title: Data.title(n) }, dot,
        h('span', { class: 'row-name' }, n.name),
        flag && h('span', { class: 'mark ' + mark, 'aria-label': mark === 'warn' ? 'warning' : 'failure' }, Data.marks[mark]));
    }
    el.style.paddingLeft = 12 + row.depth * 14 + 'px';
    return el;
  }

  function toggle(k, to) {
    const key = flat[k].g.key;
    const now = to === undefined ? !open.has(key) : to;
    if (now) open.add(key);
    else open.delete(key);
    memory.set('open:' + Data.project.name, [...open].join('\n'));
    cursor = k;
    flatten();
  }

  function focus(k) {
    const old = rows.rows.get(cursor);
    if (old) old.tabIndex = -1;
    cursor = Math.max(0, Math.min(k, flat.length - 1));
    rows.reveal(cursor);
    const el = rows.rows.get(cursor);
    if (el) {
      el.tabIndex = 0;
      el.focus({ preventScroll: true });
    }
  }

  function key(e) {
    const el = e.target.closest('.row');
    if (!el || e.ctrlKey || e.metaKey || e.altKey) return;
    const k = +el.dataset.row;
    const row = flat[k];
    switch (e.key) {
      case 'ArrowDown': focus(k + 1); break;
      case 'ArrowUp': focus(k - 1); break;
      case 'Home': focus(0); break;
      case 'End': focus(flat.length - 1); break;
      case 'ArrowRight':
        if (!row.g) return;
        if (open.has(row.g.key)) focus(k + 1);
        else { toggle(k, true); focus(k); }
        break;
      case 'ArrowLeft':
        if (row.g && open.has(row.g.key)) { toggle(k, false); focus(k); } else if (row.parent >= 0) focus(row.parent);
        break;
      case 'Enter':
      case ' ':
        if (row.g) { toggle(k); focus(k); } else location.hash = el.getAttribute('href');
        break;
      default: return;
    }
    e.preventDefault();
  }

  function attach(side) {
    const scroller = h('div', { class: 'side-scroll' });
    box = h('div', { class: 'tree', role: 'tree', 'aria-label': 'Nodes' });
    scroller.append(box);
    side.append(scroller);
    rows = new VirtualRows(box, 28, scroller, draw);
    build();
    flatten();
    box.addEventListener('click', e => {
      const el = e.target.closest('.group');
      if (el) { const k = +el.dataset.row; toggle(k); focus(k); }
    });
    box.addEventListener('keydown', key);
  }

  /* Marks node i as the one shown, and opens the way to it. */
  function show(i) {
    current = i;
    if (i >= 0) {
      const path = [];
      const visit = (g, up) => {
        const way = [...up, g.key];
        if (g.nodes.includes(i)) { path.push(...way); return true; }
        return g.subs.some(s => visit(s, way));
      };
      const root = roots.find(r => r.key === Data.nodes[i].kind);
      if (root) visit(root, []);
      path.forEach(k => open.add(k));
    }
    flatten();
    const at = flat.findIndex(r => r.i === i);
    if (at >= 0) {
      cursor = at;
      rows.clear();
      rows.reveal(at);
      rows.paint();
    }
  }

  return { attach, show, redraw: () => { rows.clear(); rows.paint(); } };
})();

/* Addresses, the scheme, and the keys that work everywhere. */
'use strict';

/* What the page shows now; `graph` is the graph on it, for the tests that drive the page. */
const Views = { current: null, graph: null };

(() => {
  const main = document.getElementById('main');
  const side = document.getElementById('side');
  const shade = document.getElementById('shade');
  const menu = document.getElementById('menu');
  const input = document.getElementById('search');
  const root = document.documentElement;
  const scrolls = new Map();
  let address = null;
  let clicked = false;

  /* Addresses: #/  #/graph[/id]?…  #/list/kind?…  #/kind/id   (dbt's own form #!/kind/id is understood too) */
  function parse(hash) {
    const text = ours(hash) ? hash.replace(/^#!?\//, '').replace(/#.*/, '') : '';
    const cut = text.indexOf('?');
    const path = (cut < 0 ? text : text.slice(0, cut)).split('/').filter(Boolean);
    const params = new URLSearchParams(cut < 0 ? '' : text.slice(cut + 1));
    const decode = s => { try { return decodeURIComponent(s); } catch (e) { return s; } };
    return { view: path[0] || 'overview', rest: path.slice(1).map(decode).join('/'), params };
  }

  function ours(hash) {
    return /^#!?\//.test(hash);
  }

  function viewOf({ view, rest, params }) {
    if (view === 'overview') return overviewView();
    if (view === 'graph') {
      if (rest && !Data.byId.has(rest)) return missing(rest);
      return lineageView(rest, params);
    }
    if (view === 'list') return listView(rest || 'model', params);
    const n = Data.byId.get(rest);
    return n ? nodeView(n) : missing(rest || view);
  }

  function missing(what) {
    return { title: 'Not found', el: h('article', {}, h('h1', { tabindex: -1 }, 'Not in this project'), h('p', {}, 'Nothing here is called ', h('code', {}, what), '.'), h('p', {}, h('a', { href: '#/' }, 'To the overview'))) };
  }

  function show(first) {
    const hash = location.hash;
    /* A place within a description is no page. */
    if (!first && hash && !ours(hash)) return;
    if (address !== null) scrolls.set(address, window.scrollY);
    address = hash;
    const place = parse(hash);
    if (Views.current && Views.current.close) Views.current.close();
    Views.graph = null;
    const view = viewOf(place);
    Views.current = view;
    main.replaceChildren(view.el);
    document.body.classList.toggle('full', !!view.full);
    document.title = (view.title ? view.title + ' \u2013 ' : '') + (Data.project.name || 'cdbt');
    if (view.ready) view.ready();
    const n = Data.byId.get(place.rest);
    Tree.show(n && place.view !== 'graph' ? n.i : -1);
    for (const a of document.querySelectorAll('.tabs a')) {
      const on = a.dataset.view === place.view || (a.dataset.view === 'tests' && place.view === 'list' && place.rest === 'test');
      if (on) a.setAttribute('aria-current', 'page');
      else a.removeAttribute('aria-current');
    }
    drawer(false);
    /* A link starts at the top; going back returns to where one was. */
    window.scrollTo(0, clicked ? 0 : scrolls.get(hash) || 0);
    clicked = false;
    if (!first) {
      const head = main.querySelector('h1');
      if (head) head.focus({ preventScroll: true });
    }
  }

  function drawer(open) {
    document.body.classList.toggle('menu-open', open);
    menu.setAttribute('aria-expanded', String(open));
    shade.hidden = !open;
    if (open) {
      const row = side.querySelector('[tabindex="0"]');
      if (row) row.focus({ preventScroll: true });
    }
  }

  /* The scheme: the system's, until the person chooses. */
  const system = matchMedia('(prefers-color-scheme: dark)');
  function scheme() {
    const chosen = memory.get('scheme');
    root.dataset.scheme = chosen || (system.matches ? 'dark' : 'light');
    document.getElementById('theme').setAttribute('aria-label', root.dataset.scheme === 'dark' ? 'Use light colours' : 'Use dark colours');
  }
  function recolour() {
    scheme();
    Tree.redraw();
    if (Views.current && Views.current.restyle) Views.current.restyle();
    else show(true);
  }

  scheme();
  const brand = document.getElementById('brand');
  brand.textContent = Data.project.name || 'cdbt';
  if (!Data.nodes.some(Data.isTest)) document.querySelector('.tabs [data-view=tests]').remove();
  Tree.attach(side);
  Search.attach(input, document.getElementById('found'));
  show(true);
  performance.mark('shown');

  window.addEventListener('hashchange', () => show(false));
  document.querySelector('.skip').addEventListener('click', e => { main.focus(); e.preventDefault(); });
  document.addEventListener('click', e => {
    const a = e.target.closest('a[href^="#"]');
    if (a && !e.ctrlKey && !e.metaKey && !e.shiftKey) {
      clicked = true;
      if (a.getAttribute('href') === location.hash) { window.scrollTo(0, 0); drawer(false); clicked = false; }
    }
  });
  system.addEventListener('change', recolour);
  document.getElementById('theme').addEventListener('click', () => {
    memory.set('scheme', root.dataset.scheme === 'dark' ? 'light' : 'dark');
    recolour();
  });
  menu.addEventListener('click', () => drawer(!document.body.classList.contains('menu-open')));
  shade.addEventListener('click', () => drawer(false));
  document.addEventListener('keydown', e => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName);
    if (e.key === 'Escape' && document.body.classList.contains('menu-open')) { drawer(false); menu.focus(); return; }
    if (e.ctrlKey || e.metaKey || e.altKey) {
      if (e.key === 'k' && (e.ctrlKey || e.metaKey)) { input.focus(); input.select(); e.preventDefault(); }
      return;
    }
    if (typing) return;
    if (e.key === '/') { input.focus(); input.select(); e.preventDefault(); }
  });
})();

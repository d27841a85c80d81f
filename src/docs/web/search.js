/* Search: every word must occur in a node's name, path, tags, columns, owner or description; where it occurs decides the order.
   `tag:x`, `column:x`, `kind:x`, `owner:x` and `status:x` narrow. The text to search is made once, when first needed. */
'use strict';

const Search = (() => {
  let index = null;

  function build() {
    if (index) return index;
    index = Data.nodes.map(n => {
      const columns = (n.columns || Data.none).map(c => c[0]).join(' ').toLowerCase();
      const args = (n.arguments || Data.none).map(a => a[0]).join(' ').toLowerCase();
      const about = ((n.columns || Data.none).map(c => Data.text(c[2])).join(' ') + ' ' + Data.text(n.description)).toLowerCase();
      return {
        name: Data.title(n).toLowerCase(),
        tags: ' ' + (n.tags || Data.none).join(' ').toLowerCase() + ' ',
        columns: ' ' + columns + ' ' + args + ' ',
        place: (n.path || '').toLowerCase() + ' ' + n.id.toLowerCase(),
        owner: (n.owner || '').toLowerCase(),
        about,
      };
    });
    return index;
  }

  function parse(query) {
    const words = [];
    const narrow = [];
    for (const part of query.toLowerCase().split(/\s+/).filter(Boolean)) {
      const m = /^(tag|column|col|kind|type|owner|status|layer):(.*)$/.exec(part);
      if (!m) words.push(part);
      else if (m[2]) narrow.push([{ col: 'column', type: 'kind' }[m[1]] || m[1], m[2]]);
    }
    return { words, narrow };
  }

  function passes(n, e, narrow) {
    for (const [what, value] of narrow) {
      if (what === 'tag' && !(n.tags || Data.none).some(t => t.toLowerCase().startsWith(value))) return false;
      if (what === 'column' && !(n.columns || Data.none).some(c => c[0].toLowerCase().includes(value))) return false;
      if (what === 'kind' && !n.kind.startsWith(value)) return false;
      if (what === 'owner' && !e.owner.includes(value)) return false;
      if (what === 'layer' && n.layer.toLowerCase() !== value) return false;
      if (what === 'status' && !Data.status(n).word.startsWith(value)) return false;
    }
    return true;
  }

  const early = { model: 9, source: 8, seed: 7, snapshot: 7, exposure: 7, metric: 6, macro: 3, unit_test: 1, test: 0 };

  function score(e, word) {
    const at = e.name.indexOf(word);
    if (at >= 0) {
      if (e.name.length === word.length) return 100;
      if (at === 0) return 80;
      return /[a-z0-9]/.test(e.name[at - 1]) ? 50 : 65;
    }
    if (e.tags.includes(' ' + word + ' ')) return 45;
    if (e.columns.includes(' ' + word + ' ')) return 42;
    if (e.tags.includes(word) || e.columns.includes(word)) return 30;
    if (e.owner.includes(word)) return 28;
    if (e.place.includes(word)) return 15;
    return e.about.includes(word) ? 12 : 0;
  }

  /* The letters of `word` in order, as in `stgusr` for `stg_users`: tried only when nothing else is found. */
  function letters(name, word) {
    let at = 0;
    for (let k = 0; k < word.length; k++) {
      at = name.indexOf(word[k], at) + 1;
      if (!at) return false;
    }
    return true;
  }

  function find(query) {
    const { words, narrow } = parse(query);
    if (!words.length && !narrow.length) return [];
    const list = build();
    let hits = [];
    for (let i = 0; i < list.length; i++) {
      const n = Data.nodes[i];
      const e = list[i];
      if (n.hidden || !passes(n, e, narrow)) continue;
      let sum = 0;
      let all = true;
      for (const word of words) {
        const s = score(e, word);
        if (!s) { all = false; break; }
        sum += s;
      }
      /* A model has more tests than names: they come after what they test. */
      if (all) hits.push({ n, score: sum * (Data.isTest(n) ? 4 : 10) + (early[n.kind] || 2) * 12 - Math.min(e.name.length, 60) / 10 });
    }
    if (!hits.length && words.length === 1 && words[0].length > 2) {
      for (let i = 0; i < list.length; i++) {
        const n = Data.nodes[i];
        if (!n.hidden && !Data.isTest(n) && passes(n, list[i], narrow) && letters(list[i].name, words[0])) hits.push({ n, score: -list[i].name.length });
      }
    }
    hits.sort((a, b) => b.score - a.score || a.n.i - b.n.i);
    return hits.map(x => x.n);
  }

  /* `text` with the found words marked, as nodes. */
  function marked(text, words) {
    const out = [];
    const low = text.toLowerCase();
    let at = 0;
    while (at < text.length) {
      let best = -1;
      let size = 0;
      for (const w of words) {
        const k = low.indexOf(w, at);
        if (k >= 0 && (best < 0 || k < best || (k === best && w.length > size))) { best = k; size = w.length; }
      }
      if (best < 0) break;
      if (best > at) out.push(text.slice(at, best));
      out.push(h('mark', {}, text.slice(best, best + size)));
      at = best + size;
    }
    if (at < text.length) out.push(text.slice(at));
    return out;
  }

  /* Why a node was found, when its name does not say it: the column, tag or piece of description. */
  function reason(n, words) {
    const name = Data.title(n).toLowerCase();
    const missing = words.filter(w => !name.includes(w));
    for (const w of missing) {
      const c = (n.columns || Data.none).find(col => col[0].toLowerCase().includes(w));
      if (c) return ['column ', h('code', {}, marked(c[0], words)), c[2] ? ' \u2013 ' + Data.text(c[2]) : ''];
      const t = (n.tags || Data.none).find(tag => tag.toLowerCase().includes(w));
      if (t) return ['tag ', marked(t, words)];
      let about = Data.text(n.description);
      if (!about.toLowerCase().includes(w)) {
        const told = (n.columns || Data.none).find(col => Data.text(col[2]).toLowerCase().includes(w));
        if (told) return ['column ', h('code', {}, told[0]), ' \u2013 ', marked(Data.text(told[2]), words)];
      }
      const at = about.toLowerCase().indexOf(w);
      if (at >= 0) {
        if (at > 50) about = '\u2026' + about.slice(about.indexOf(' ', at - 40) + 1);
        return marked(about, words);
      }
      if ((n.path || '').toLowerCase().includes(w)) return marked(n.path, words);
    }
    return Data.text(n.description) || n.path || '';
  }

  /* The box and its list of results. */
  function attach(input, found) {
    let hits = [];
    let at = -1;
    const shown = 50;

    function close() {
      found.hidden = true;
      input.setAttribute('aria-expanded', 'false');
      input.removeAttribute('aria-activedescendant');
    }
    function select(k) {
      const rows = found.querySelectorAll('[role=option]');
      if (!rows.length) return;
      if (rows[at]) rows[at].setAttribute('aria-selected', 'false');
      at = Math.max(0, Math.min(rows.length - 1, k));
      rows[at].setAttribute('aria-selected', 'true');
      rows[at].scrollIntoView({ block: 'nearest' });
      input.setAttribute('aria-activedescendant', rows[at].id);
    }
    function show() {
      const query = input.value;
      if (!query.trim()) return close();
      const { words } = parse(query);
      hits = find(query);
      found.replaceChildren(...hits.slice(0, shown).map((n, k) => h('a', { class: 'hit', role: 'option', id: 'hit-' + k, href: Data.href(n), tabindex: -1, 'aria-selected': 'false' },
        h('span', { class: 'hit-kind' }, Data.kind(n.kind).one),
        h('span', { class: 'hit-name' }, marked(Data.title(n), words)),
        h('span', { class: 'hit-why' }, reason(n, words)))));
      const more = hits.length > shown ? 'The first ' + shown + ' of ' + hits.length.toLocaleString('en') + '. More letters find less.' : hits.length ? '' : 'Nothing found. Also tried: columns, tags, owners, paths and descriptions.';
      if (more) found.append(h('p', { class: 'found-note' }, more));
      found.hidden = false;
      input.setAttribute('aria-expanded', 'true');
      announce(plural(hits.length, 'result'));
      at = -1;
      if (hits.length) select(0);
      found.scrollTop = 0;
    }

    input.addEventListener('input', show);
    input.addEventListener('focus', () => { build(); if (input.value.trim()) show(); });
    input.addEventListener('keydown', e => {
      if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
        if (found.hidden) show();
        else select(at + (e.key === 'ArrowDown' ? 1 : -1));
        e.preventDefault();
      } else if (e.key === 'Enter' && !found.hidden && hits[at]) {
        const to = Data.href(hits[at]);
        close();
        input.blur();
        location.hash = to;
      } else if (e.key === 'Escape') {
        if (found.hidden) input.blur();
        else close();
        e.preventDefault();
      }
    });
    found.addEventListener('pointerdown', e => e.preventDefault());
    found.addEventListener('click', e => { if (e.target.closest('a')) { close(); input.blur(); } });
    document.addEventListener('pointerdown', e => { if (!e.target.closest('.search')) close(); });
    document.addEventListener('focusin', e => { if (!e.target.closest('.search')) close(); });
    (window.requestIdleCallback || setTimeout)(build);
    return { close };
  }

  return { attach, find, marked };
})();

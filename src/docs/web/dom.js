/* Building elements. Text from the project always becomes a text node; the one exception is setHtml, for descriptions that
   the generator has already rendered from Markdown with raw HTML off. */
'use strict';

function h(tag, attrs, ...kids) {
  const el = document.createElement(tag);
  for (const key in attrs) {
    const value = attrs[key];
    if (value === null || value === undefined || value === false) continue;
    if (key === 'class') el.className = value;
    else if (key.startsWith('on')) el.addEventListener(key.slice(2), value);
    else el.setAttribute(key, value === true ? '' : value);
  }
  append(el, kids);
  return el;
}

function append(el, kids) {
  for (const kid of kids) {
    if (kid === null || kid === undefined || kid === false) continue;
    if (Array.isArray(kid)) append(el, kid);
    else el.append(kid);
  }
}

function setHtml(el, rendered) {
  el.innerHTML = rendered;
  /* A wide table scrolls within the text, not the page with it. */
  for (const table of el.querySelectorAll('table')) {
    const box = h('div', { class: 'scroll' });
    table.replaceWith(box);
    box.append(table);
  }
  return el;
}

function plural(n, one, many) {
  return n.toLocaleString('en') + ' ' + (n === 1 ? one : many || one + 's');
}

function seconds(t) {
  if (t === undefined || t === null) return '';
  if (t < 0.0095) return (t * 1000).toFixed(1) + ' ms';
  if (t < 0.9995) return Math.round(t * 1000) + ' ms';
  if (t < 99.5) return t.toFixed(t < 9.95 ? 2 : 1) + ' s';
  return Math.floor(t / 60) + ' min ' + Math.round(t % 60) + ' s';
}

function announce(text) {
  document.getElementById('live').textContent = text;
}

/* localStorage may be refused for a page opened from disk: then things are remembered until the page closes. */
const memory = {
  kept: new Map(),
  get(key) {
    if (this.kept.has(key)) return this.kept.get(key);
    try { return localStorage.getItem('cdbt-docs-' + key); } catch (e) { return null; }
  },
  set(key, value) {
    this.kept.set(key, value);
    try { localStorage.setItem('cdbt-docs-' + key, value); } catch (e) { /* until the page closes */ }
  },
};

async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch (e) {
    /* A page from disk is not everywhere a secure context; the old way works there. */
    const area = h('textarea', { class: 'unseen', readonly: true });
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}

function copyButton(what, text) {
  const button = h('button', { type: 'button', class: 'copy', 'aria-label': 'Copy ' + what, onclick: async () => {
    const done = await copyText(typeof text === 'function' ? text() : text);
    button.textContent = done ? 'Copied' : 'Not copied';
    announce(button.textContent);
    setTimeout(() => { button.textContent = 'Copy'; }, 1400);
  } }, 'Copy');
  return button;
}

/* A list of `count` rows of equal height of which only those in sight exist. `scroller` is the element that scrolls, or null
   for the window. `draw(i)` gives the row's element. */
class VirtualRows {
  constructor(box, rowHeight, scroller, draw) {
    this.box = box;
    this.rowHeight = rowHeight;
    this.scroller = scroller;
    this.draw = draw;
    this.count = 0;
    this.rows = new Map();
    box.style.position = 'relative';
    this.onscroll = () => this.paint();
    (scroller || window).addEventListener('scroll', this.onscroll, { passive: true });
    this.sizes = new ResizeObserver(() => this.paint());
    this.sizes.observe(scroller || document.documentElement);
  }

  set(count) {
    this.count = count;
    this.box.style.height = count * this.rowHeight + 'px';
    this.clear();
    this.paint();
  }

  clear() {
    for (const row of this.rows.values()) row.remove();
    this.rows.clear();
  }

  paint() {
    if (!this.box.isConnected) return;
    const top = this.scroller ? this.scroller.getBoundingClientRect().top : 0;
    const height = this.scroller ? this.scroller.clientHeight : window.innerHeight;
    const offset = top - this.box.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor(offset / this.rowHeight) - 8);
    const last = Math.min(this.count, Math.ceil((offset + height) / this.rowHeight) + 8);
    for (const [i, row] of this.rows) {
      if (i < first || i >= last) {
        row.remove();
        this.rows.delete(i);
      }
    }
    for (let i = first; i < last; i++) {
      if (this.rows.has(i)) continue;
      const row = this.draw(i);
      row.style.position = 'absolute';
      row.style.top = i * this.rowHeight + 'px';
      row.style.height = this.rowHeight + 'px';
      this.rows.set(i, row);
      /* Rows stay in reading order, for those who read the page by ear or by tab key. */
      const next = this.rows.get(i + 1);
      if (next) this.box.insertBefore(row, next);
      else this.box.append(row);
    }
  }

  /* Scrolls row i into sight. */
  reveal(i) {
    const at = i * this.rowHeight;
    const s = this.scroller;
    if (!s || i < 0) return;
    const inset = this.box.getBoundingClientRect().top - s.getBoundingClientRect().top + s.scrollTop;
    if (at + inset < s.scrollTop) s.scrollTop = at + inset;
    else if (at + inset + this.rowHeight > s.scrollTop + s.clientHeight) s.scrollTop = at + inset + this.rowHeight - s.clientHeight;
    this.paint();
  }

  close() {
    (this.scroller || window).removeEventListener('scroll', this.onscroll);
    this.sizes.disconnect();
  }
}

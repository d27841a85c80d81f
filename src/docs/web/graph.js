/* The lineage on a canvas: draws what is in sight, at the detail that the zoom allows; pans, zooms, picks, highlights. */
'use strict';

class GraphView {
  /* options: onselect(node or null), onopen(node), ondraw(), inset() (pixels at the bottom that something else covers),
     inline (a small graph within a page: the wheel scrolls the page), whole (a selection does not keep it from fitting anew) */
  constructor(box, options) {
    this.options = options;
    this.box = box;
    this.canvas = h('canvas', { class: 'graph-canvas', tabindex: 0, role: 'application', 'aria-label': 'Lineage graph. Arrow keys walk along the edges, Enter opens a node, plus and minus zoom, 0 shows all.' });
    this.tip = h('div', { class: 'graph-tip', hidden: true, 'aria-hidden': 'true' });
    box.append(this.canvas, this.tip);
    this.ctx = this.canvas.getContext('2d');
    this.still = document.createElement('canvas');
    this.list = [];
    this.local = new Map();
    this.view = { k: 1, x: 0, y: 0 };
    this.selected = -1;
    this.hover = -1;
    this.lit = null;
    this.up = Infinity;
    this.down = Infinity;
    this.colour = 'layer';
    this.cost = 0;
    this.pointers = new Map();
    this.frame = 0;
    this.fitted = true;
    this.labels = new Map();
    this.listen();
    this.sizes = new ResizeObserver(() => this.resize());
    this.sizes.observe(box);
    this.restyle();
  }

  close() {
    this.sizes.disconnect();
    cancelAnimationFrame(this.frame);
    clearTimeout(this.settle);
    this.closed = true;
  }

  /* Shows the nodes of `numbers`. */
  show(numbers) {
    const selected = this.selected >= 0 ? this.list[this.selected] : -1;
    this.list = numbers;
    this.local = new Map();
    numbers.forEach((g, i) => this.local.set(g, i));
    const n = numbers.length;
    const from = [];
    const to = [];
    for (let i = 0; i < n; i++) {
      for (const p of Data.nodes[numbers[i]].parents || Data.none) {
        const j = this.local.get(p);
        if (j !== undefined) { from.push(j); to.push(i); }
      }
    }
    this.from = from;
    this.to = to;
    this.layout = Layout.compute(n, from, to, numbers.map(g => Layout.widthOf(Data.title(Data.nodes[g]))), numbers.map(g => Data.domain(Data.nodes[g])));
    this.outs = Array.from({ length: n }, () => []);
    this.ins = Array.from({ length: n }, () => []);
    for (let k = 0; k < from.length; k++) {
      this.outs[from[k]].push(to[k]);
      this.ins[to[k]].push(from[k]);
    }
    this.makeSegments();
    this.labels.clear();
    this.hover = -1;
    this.selected = this.local.has(selected) ? this.local.get(selected) : -1;
    this.relight();
    this.map = null;
    this.resize();
  }

  /* Every drawn piece of an edge once: curve from (x0, y0) to (x1, y1), then straight to x2; lanes are shared by a node's edges.
     Edges between blocks that were laid out apart are kept apart, to be drawn fainter. */
  makeSegments() {
    const { x, y, width, bends, block } = this.layout;
    const s = [];
    const far = [];
    for (let i = 0; i < this.list.length; i++) {
      const lane = bends[i];
      let px = x[i] + width[i];
      let py = y[i];
      if (lane) {
        for (let k = 0; k < lane.length; k += 3) {
          s.push(px, py, lane[k], lane[k + 2], lane[k + 1]);
          px = lane[k + 1];
          py = lane[k + 2];
        }
      }
      for (const c of this.outs[i]) {
        const at = this.attach(i, c);
        const sx = at < 0 ? x[i] + width[i] : lane[at + 1];
        const sy = at < 0 ? y[i] : lane[at + 2];
        (block[i] === block[c] ? s : far).push(sx, sy, x[c], y[c], x[c]);
      }
    }
    this.near = Float32Array.from(s);
    this.far = Float32Array.from(far);
  }

  /* Where on i's lane the edge to c leaves: the offset of its last bend left of c, or -1 for the node itself. */
  attach(i, c) {
    const { bends, block } = this.layout;
    const lane = bends[i];
    let at = -1;
    if (lane && block[i] === block[c]) for (let k = 0; k < lane.length && lane[k + 1] < this.layout.x[c]; k += 3) at = k;
    return at;
  }

  restyle() {
    const css = getComputedStyle(document.documentElement);
    const get = name => css.getPropertyValue(name).trim();
    this.style = { text: get('--text'), muted: get('--muted'), line: get('--line'), edge: get('--edge'), panel: get('--panel'), bg: get('--bg'), accent: get('--accent'),
      up: get('--upstream'), down: get('--downstream'), pass: get('--pass'), warn: get('--warn'), fail: get('--fail'), skip: get('--muted'), none: get('--line-strong'),
      font: get('--sans') };
    this.map = null;
    this.redraw();
  }

  tintOf(n) {
    if (n.color) return n.color;
    if (this.colour === 'kind') return Data.kindTint(n.kind);
    if (this.colour === 'result') return this.style[Data.health(n)];
    return Data.layerTint(n.layer);
  }

  resize() {
    const w = this.box.clientWidth;
    const hgt = this.box.clientHeight;
    if (!w || !hgt) return;
    const ratio = window.devicePixelRatio || 1;
    const changed = this.w !== w || this.h !== hgt || this.ratio !== ratio;
    this.w = w;
    this.h = hgt;
    this.ratio = ratio;
    if (changed) {
      this.canvas.width = Math.round(w * ratio);
      this.canvas.height = Math.round(hgt * ratio);
    }
    /* Where a node is in hand, nothing moves under the eye but what brings that node into sight. */
    if (this.fitted && (this.selected < 0 || this.options.whole)) this.fit(false);
    else if (this.selected >= 0) this.uncover(this.selected);
    else this.redraw();
  }

  uncover(i) {
    const { k } = this.view;
    const x = this.view.x + k * this.layout.x[i];
    const y = this.view.y + k * this.layout.y[i];
    const w = k * this.layout.width[i];
    const edge = 24;
    const foot = this.h - edge - (this.options.inset ? this.options.inset() : 0);
    const dx = x + w > this.w - edge ? this.w - edge - x - w : x < edge ? edge - x : 0;
    const dy = y > foot ? foot - y : y < edge ? edge - y : 0;
    this.go({ k, x: this.view.x + dx, y: this.view.y + dy }, dx || dy);
  }

  bounds() {
    return this.layout.bounds;
  }

  fit(smooth) {
    if (!this.layout || !this.w) return;
    const b = this.bounds();
    const pad = this.options.inline ? 16 : Math.min(48, this.w / 16);
    const high = this.h - (this.options.inset ? this.options.inset() : 0);
    const k = Math.min(1.15, (this.w - 2 * pad) / Math.max(1, b.x1 - b.x0), (high - 2 * pad) / Math.max(1, b.y1 - b.y0));
    this.go({ k, x: this.w / 2 - k * (b.x0 + b.x1) / 2, y: high / 2 - k * (b.y0 + b.y1) / 2 }, smooth);
    this.fitted = true;
  }

  /* Brings node i to the middle, at least at scale `least`. */
  centre(i, least, smooth) {
    const k = Math.max(this.view.k, least || 0);
    const cx = this.layout.x[i] + this.layout.width[i] / 2;
    this.go({ k, x: this.w / 2 - k * cx, y: this.h / 2 - k * this.layout.y[i] }, smooth);
    this.fitted = false;
  }

  go(to, smooth) {
    const from = this.view;
    if (!smooth || matchMedia('(prefers-reduced-motion: reduce)').matches) {
      this.view = to;
      this.redraw();
      return;
    }
    const start = performance.now();
    const step = now => {
      if (this.closed || this.moving !== step) return;
      const t = Math.min(1, (now - start) / 220);
      const e = 1 - Math.pow(1 - t, 3);
      /* The scale moves evenly in its logarithm, the middle of the sight evenly on the ground. */
      const k = from.k * Math.pow(to.k / from.k, e);
      const mx = (this.w / 2 - from.x) / from.k * (1 - e) + (this.w / 2 - to.x) / to.k * e;
      const my = (this.h / 2 - from.y) / from.k * (1 - e) + (this.h / 2 - to.y) / to.k * e;
      this.view = t < 1 ? { k, x: this.w / 2 - k * mx, y: this.h / 2 - k * my } : to;
      this.redraw(t < 1);
      if (t < 1) requestAnimationFrame(step);
    };
    this.moving = step;
    requestAnimationFrame(step);
  }

  zoom(factor, px, py, smooth) {
    const b = this.bounds();
    const least = Math.min(0.5, 0.4 * Math.min(this.w / (b.x1 - b.x0 + 1), this.h / (b.y1 - b.y0 + 1)));
    const k = Math.max(least, Math.min(3, this.view.k * factor));
    const x = px === undefined ? this.w / 2 : px;
    const y = py === undefined ? this.h / 2 : py;
    const f = k / this.view.k;
    this.fitted = false;
    this.go({ k, x: x - (x - this.view.x) * f, y: y - (y - this.view.y) * f }, smooth);
  }

  /* Selection and what it lights: the nodes up and down from it, within the wished depths. */
  select(number, quiet) {
    const i = number === null || !this.local.has(number) ? -1 : this.local.get(number);
    this.selected = i;
    this.relight();
    this.redraw();
    if (!quiet && this.options.onselect) this.options.onselect(i < 0 ? null : Data.nodes[this.list[i]]);
  }

  relight() {
    if (this.selected < 0) { this.lit = null; return; }
    const lit = new Int8Array(this.list.length);
    const spread = (lists, depth, mark) => {
      let edge = [this.selected];
      let count = 0;
      for (let d = 1; edge.length && d <= depth; d++) {
        const next = [];
        for (const i of edge) for (const j of lists[i]) if (!lit[j] && j !== this.selected) { lit[j] = mark; count++; next.push(j); }
        edge = next;
      }
      return count;
    };
    this.upCount = spread(this.ins, this.up, 1);
    this.downCount = spread(this.outs, this.down, 2);
    lit[this.selected] = 3;
    this.lit = lit;
  }

  redraw(moving) {
    this.wasMoving = moving;
    if (!this.frame) this.frame = requestAnimationFrame(() => { this.frame = 0; this.draw(); });
  }

  draw() {
    if (this.closed || !this.layout || !this.w) return;
    const { ctx, ratio } = this;
    clearTimeout(this.settle);
    /* A picture that takes long to draw is moved as it is while the hand moves, and drawn anew when it rests. */
    if (this.wasMoving && this.cost > 22 && this.drawn) {
      const d = this.drawn;
      const f = this.view.k / d.k;
      ctx.setTransform(1, 0, 0, 1, 0, 0);
      ctx.fillStyle = this.style.bg;
      ctx.fillRect(0, 0, this.canvas.width, this.canvas.height);
      ctx.drawImage(this.still, (this.view.x - d.x * f) * ratio, (this.view.y - d.y * f) * ratio, this.still.width * f, this.still.height * f);
      this.settle = setTimeout(() => this.redraw(false), 90);
    } else {
      const start = performance.now();
      this.paint(ctx);
      this.cost = performance.now() - start;
      if (this.cost > 22) {
        if (this.still.width !== this.canvas.width || this.still.height !== this.canvas.height) {
          this.still.width = this.canvas.width;
          this.still.height = this.canvas.height;
        }
        const still = this.still.getContext('2d');
        still.drawImage(this.canvas, 0, 0);
        this.drawn = { ...this.view };
      } else this.drawn = null;
    }
    if (this.options.ondraw) this.options.ondraw();
  }

  paint(ctx) {
    const { style, layout, view, ratio } = this;
    const { x, y, width } = layout;
    const k = view.k;
    const hh = Layout.nodeHeight / 2;
    const left = -view.x / k;
    const top = -view.y / k;
    const right = left + this.w / k;
    const bottom = top + this.h / k;
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.fillStyle = style.bg;
    ctx.fillRect(0, 0, this.w, this.h);
    ctx.setTransform(k * ratio, 0, 0, k * ratio, view.x * ratio, view.y * ratio);

    /* Edges; those of the selection after the others. */
    const curved = k > 0.12;
    ctx.lineCap = 'round';
    ctx.lineJoin = 'round';
    ctx.strokeStyle = style.edge;
    ctx.lineWidth = Math.max(1.1, 0.75 / k);
    const strength = this.lit ? 0.3 : k < 0.12 ? 0.45 : 1;
    for (const [s, alpha] of [[this.far, strength * 0.35], [this.near, strength]]) {
      ctx.globalAlpha = alpha;
      let batch = 0;
      ctx.beginPath();
      for (let e = 0; e < s.length; e += 5) {
        const x0 = s[e];
        const y0 = s[e + 1];
        const x1 = s[e + 2];
        const y1 = s[e + 3];
        const x2 = s[e + 4];
        if (Math.max(x0, x2) < left || Math.min(x0, x1) > right || (y0 < top && y1 < top) || (y0 > bottom && y1 > bottom)) continue;
        ctx.moveTo(x0, y0);
        curve(ctx, x0, y0, x1, y1, curved);
        if (x2 > x1) ctx.lineTo(x2, y1);
        /* Many short paths are much cheaper than one long one. */
        if (++batch === 256) { ctx.stroke(); ctx.beginPath(); batch = 0; }
      }
      ctx.stroke();
    }
    ctx.globalAlpha = 1;
    if (this.lit) {
      this.paintLit(ctx, 1, this.ins, style.up);
      this.paintLit(ctx, 2, this.outs, style.down);
    } else if (this.hover >= 0) {
      ctx.strokeStyle = style.muted;
      ctx.lineWidth = Math.max(1.6, 1.2 / k);
      ctx.beginPath();
      for (const p of this.ins[this.hover]) this.trace(ctx, p, this.hover);
      for (const c of this.outs[this.hover]) this.trace(ctx, this.hover, c);
      ctx.stroke();
    }

    /* Nodes */
    const fine = k > 0.42;
    const boxed = k > 0.16;
    const pixel = 1 / k;
    ctx.font = '12.5px ' + style.font;
    ctx.textBaseline = 'middle';
    for (let i = 0; i < this.list.length; i++) {
      const nx = x[i];
      const ny = y[i] - hh;
      const w = width[i];
      if (nx > right || nx + w < left || ny > bottom || ny + 2 * hh < top) continue;
      const n = Data.nodes[this.list[i]];
      const lit = !this.lit || this.lit[i];
      ctx.globalAlpha = lit ? 1 : 0.38;
      const tint = this.tintOf(n);
      if (!boxed) {
        ctx.fillStyle = tint;
        ctx.fillRect(nx, ny, w, Math.max(2 * hh - 4, 1.2 * pixel));
        if (i === this.selected) outline(ctx, nx, ny, w, 2 * hh, style.accent, 2.5 * pixel, 4 * pixel);
        continue;
      }
      ctx.beginPath();
      ctx.roundRect(nx, ny, w, 2 * hh, 5);
      ctx.fillStyle = style.panel;
      ctx.fill();
      ctx.save();
      ctx.clip();
      ctx.fillStyle = tint;
      ctx.fillRect(nx, ny, fine ? 5 : w, 2 * hh);
      ctx.restore();
      ctx.strokeStyle = i === this.selected ? style.accent : i === this.hover ? style.muted : style.none;
      ctx.lineWidth = i === this.selected ? 2 : 1;
      if (n.hidden || n.kind === 'exposure') ctx.setLineDash([4, 3]);
      ctx.beginPath();
      ctx.roundRect(nx, ny, w, 2 * hh, 5);
      ctx.stroke();
      ctx.setLineDash([]);
      if (!fine) continue;
      const health = Data.health(n);
      const flagged = health === 'warn' || health === 'fail';
      ctx.fillStyle = style.text;
      ctx.fillText(this.label(ctx, i, w - 22 - (flagged ? 16 : 0)), nx + 14, ny + hh + 0.5);
      if (flagged) {
        ctx.fillStyle = style[health];
        ctx.beginPath();
        ctx.arc(nx + w - 14, ny + hh, 7, 0, 2 * Math.PI);
        ctx.fill();
        ctx.fillStyle = style.panel;
        ctx.textAlign = 'center';
        ctx.font = 'bold 9.5px ' + style.font;
        ctx.fillText(health === 'warn' ? '!' : '\u2715', nx + w - 14, ny + hh + 0.5);
        ctx.textAlign = 'left';
        ctx.font = '12.5px ' + style.font;
      }
    }
    ctx.globalAlpha = 1;
    if (!fine && !this.options.inline) this.paintNames(ctx, k);
  }

  paintLit(ctx, mark, lists, colour) {
    ctx.strokeStyle = colour;
    ctx.lineWidth = Math.max(1.7, 1.2 / this.view.k);
    ctx.beginPath();
    let batch = 0;
    for (let i = 0; i < this.list.length; i++) {
      if (this.lit[i] !== mark && i !== this.selected) continue;
      for (const j of lists[i]) {
        if (this.lit[j] !== mark) continue;
        if (lists === this.ins) this.trace(ctx, j, i);
        else this.trace(ctx, i, j);
        if (++batch === 128) { ctx.stroke(); ctx.beginPath(); batch = 0; }
      }
    }
    ctx.stroke();
  }

  /* The whole way of one edge. */
  trace(ctx, i, c) {
    const { x, y, width, bends } = this.layout;
    const last = this.attach(i, c);
    const curved = this.view.k > 0.12;
    let px = x[i] + width[i];
    let py = y[i];
    ctx.moveTo(px, py);
    for (let k = 0; k <= last; k += 3) {
      curve(ctx, px, py, bends[i][k], bends[i][k + 2], curved);
      px = bends[i][k + 1];
      py = bends[i][k + 2];
      ctx.lineTo(px, py);
    }
    curve(ctx, px, py, x[c], y[c], curved);
  }

  /* Zoomed out, the names of areas, or of the selected node and its neighbours, still show, at reading size. */
  paintNames(ctx, k) {
    const i = this.selected;
    if (i < 0) {
      if (k < 0.25) this.paintAreas(ctx, k);
      return;
    }
    const near = [i, ...this.ins[i].slice(0, 12), ...this.outs[i].slice(0, 12)];
    const { x, y, width } = this.layout;
    ctx.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    ctx.font = '12px ' + this.style.font;
    const taken = [];
    for (const j of near) {
      const text = Data.title(Data.nodes[this.list[j]]);
      const w = ctx.measureText(text).width;
      const cx = this.view.x + k * (x[j] + width[j] / 2) - w / 2;
      const cy = this.view.y + k * y[j] - 13;
      if (taken.some(t => Math.abs(t[1] - cy) < 17 && cx < t[0] + t[2] + 8 && t[0] < cx + w + 8)) continue;
      taken.push([cx, cy, w]);
      ctx.fillStyle = this.style.panel;
      ctx.globalAlpha = 0.9;
      ctx.beginPath();
      ctx.roundRect(cx - 4, cy - 9, w + 8, 17, 3);
      ctx.fill();
      ctx.globalAlpha = 1;
      ctx.fillStyle = j === i ? this.style.accent : this.style.text;
      ctx.fillText(text, cx, cy);
    }
  }

  paintAreas(ctx, k) {
    ctx.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    ctx.font = '600 13px ' + this.style.font;
    for (const a of this.layout.areas) {
      const text = a.name;
      const w = ctx.measureText(text).width;
      const wide = (a.x1 - a.x0) * k;
      if (w > Math.max(60, wide * 1.6)) continue;
      const cx = this.view.x + k * (a.x0 + a.x1) / 2 - w / 2;
      const cy = Math.max(16, this.view.y + k * a.y0 - 12);
      if (cy > this.view.y + k * a.y1) continue;
      ctx.fillStyle = this.style.bg;
      ctx.globalAlpha = 0.85;
      ctx.fillRect(cx - 4, cy - 9, w + 8, 18);
      ctx.globalAlpha = 1;
      ctx.fillStyle = this.style.text;
      ctx.fillText(text, cx, cy);
    }
  }

  label(ctx, i, room) {
    const key = i * 2 + (room < this.layout.width[i] - 30 ? 1 : 0);
    let text = this.labels.get(key);
    if (text !== undefined) return text;
    text = Data.title(Data.nodes[this.list[i]]);
    if (ctx.measureText(text).width > room) {
      let lo = 1;
      let hi = text.length - 1;
      while (lo < hi) {
        const mid = (lo + hi + 1) >> 1;
        if (ctx.measureText(text.slice(0, mid) + '\u2026').width <= room) lo = mid;
        else hi = mid - 1;
      }
      text = text.slice(0, lo) + '\u2026';
    }
    this.labels.set(key, text);
    return text;
  }

  pick(px, py) {
    if (!this.layout) return -1;
    const gx = (px - this.view.x) / this.view.k;
    const gy = (py - this.view.y) / this.view.k;
    const { x, y, width } = this.layout;
    const slack = Math.min(40, 3 / this.view.k);
    const hh = Layout.nodeHeight / 2 + Math.min(slack, 6 + slack / 2);
    for (let i = 0; i < this.list.length; i++) {
      if (Math.abs(gy - y[i]) <= hh && gx >= x[i] - slack && gx <= x[i] + width[i] + slack) return i;
    }
    return -1;
  }

  /* Where node `number` stands on the screen: for tests and for what is drawn over the canvas. */
  spot(number) {
    const i = this.local.get(number);
    if (i === undefined) return null;
    const r = this.canvas.getBoundingClientRect();
    return { x: r.left + this.view.x + this.view.k * (this.layout.x[i] + this.layout.width[i] / 2), y: r.top + this.view.y + this.view.k * this.layout.y[i] };
  }

  listen() {
    const c = this.canvas;
    const at = e => {
      const r = c.getBoundingClientRect();
      return { x: e.clientX - r.left, y: e.clientY - r.top };
    };
    c.addEventListener('pointerdown', e => {
      if (e.button) return;
      c.setPointerCapture(e.pointerId);
      this.pointers.set(e.pointerId, at(e));
      this.travel = this.pointers.size > 1 ? 99 : 0;
      this.moving = null;
      this.tip.hidden = true;
    });
    c.addEventListener('pointermove', e => {
      const p = at(e);
      const old = this.pointers.get(e.pointerId);
      if (!old) return this.hoverAt(p);
      const others = [...this.pointers.entries()].filter(([id]) => id !== e.pointerId).map(([, q]) => q);
      if (others.length) {
        const o = others[0];
        const was = Math.hypot(old.x - o.x, old.y - o.y) || 1;
        this.zoom(Math.hypot(p.x - o.x, p.y - o.y) / was, (p.x + o.x) / 2, (p.y + o.y) / 2);
        this.view.x += (p.x - old.x) / 2;
        this.view.y += (p.y - old.y) / 2;
      } else {
        this.travel += Math.abs(p.x - old.x) + Math.abs(p.y - old.y);
        if (this.travel > 4) {
          this.view = { k: this.view.k, x: this.view.x + p.x - old.x, y: this.view.y + p.y - old.y };
          this.fitted = false;
          c.classList.add('dragging');
        }
      }
      this.pointers.set(e.pointerId, p);
      this.redraw(true);
    });
    const up = e => {
      if (!this.pointers.delete(e.pointerId)) return;
      c.classList.remove('dragging');
      if (e.type === 'pointerup' && this.travel <= 4) {
        const p = at(e);
        const i = this.pick(p.x, p.y);
        this.select(i < 0 ? null : this.list[i]);
      }
    };
    c.addEventListener('pointerup', up);
    c.addEventListener('pointercancel', up);
    c.addEventListener('pointerleave', () => { this.tip.hidden = true; if (this.hover >= 0) { this.hover = -1; this.redraw(); } });
    c.addEventListener('dblclick', e => {
      const p = at(e);
      const i = this.pick(p.x, p.y);
      if (i >= 0) this.options.onopen(Data.nodes[this.list[i]]);
      else this.zoom(1.8, p.x, p.y, true);
    });
    c.addEventListener('wheel', e => {
      if (this.options.inline && !e.ctrlKey && !e.metaKey) return;
      e.preventDefault();
      const p = at(e);
      const unit = e.deltaMode === 1 ? 18 : e.deltaMode === 2 ? 300 : 1;
      this.moving = null;
      this.zoom(Math.exp(-e.deltaY * unit * (e.ctrlKey ? 0.01 : 0.0016)), p.x, p.y);
      this.redraw(true);
    }, { passive: false });
    c.addEventListener('keydown', e => this.key(e));
  }

  hoverAt(p) {
    const i = this.pick(p.x, p.y);
    if (i !== this.hover) {
      this.hover = i;
      this.canvas.classList.toggle('over', i >= 0);
      if (this.cost < 22) this.redraw();
    }
    this.tip.hidden = i < 0 || (this.view.k > 0.42 && !this.cut(i));
    if (!this.tip.hidden) {
      this.tip.textContent = Data.title(Data.nodes[this.list[i]]);
      const w = this.tip.offsetWidth;
      this.tip.style.left = Math.max(4, Math.min(this.w - w - 4, p.x + 14)) + 'px';
      this.tip.style.top = Math.max(4, p.y - 30) + 'px';
    }
  }

  cut(i) {
    const short = this.labels.get(i * 2) || this.labels.get(i * 2 + 1);
    return short !== undefined && short.endsWith('\u2026');
  }

  key(e) {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const k = e.key;
    if (k === '+' || k === '=') this.zoom(1.3, undefined, undefined, true);
    else if (k === '-') this.zoom(1 / 1.3, undefined, undefined, true);
    else if (k === '0') this.fit(true);
    else if (k === 'Escape' && this.selected >= 0) this.select(null);
    else if (k === 'Enter' && this.selected >= 0) this.options.onopen(Data.nodes[this.list[this.selected]]);
    else if (k.startsWith('Arrow')) {
      const to = this.neighbour(k);
      if (to >= 0) {
        this.select(this.list[to]);
        this.centre(to, 0.5, true);
        announce(Data.title(Data.nodes[this.list[to]]));
      }
    } else return;
    e.preventDefault();
  }

  /* Left and right follow the edges, to the end nearest in height; up and down go to the next node of the column. */
  neighbour(k) {
    const { x, y } = this.layout;
    if (this.selected < 0) return this.list.length ? 0 : -1;
    const s = this.selected;
    let best = -1;
    let cost = Infinity;
    const look = (j, c) => { if (c < cost) { cost = c; best = j; } };
    if (k === 'ArrowLeft') for (const j of this.ins[s]) look(j, Math.abs(y[j] - y[s]));
    else if (k === 'ArrowRight') for (const j of this.outs[s]) look(j, Math.abs(y[j] - y[s]));
    else {
      const sign = k === 'ArrowUp' ? -1 : 1;
      for (let j = 0; j < this.list.length; j++) {
        if (j !== s && Math.abs(x[j] - x[s]) < 1 && (y[j] - y[s]) * sign > 0) look(j, (y[j] - y[s]) * sign);
      }
    }
    return best;
  }
}

function curve(ctx, x0, y0, x1, y1, curved) {
  if (!curved || y0 === y1) return ctx.lineTo(x1, y1);
  const m = x1 > x0 ? Math.min((x1 - x0) / 2, 90) : 90;
  ctx.bezierCurveTo(x0 + m, y0, x1 - m, y1, x1, y1);
}

function outline(ctx, x, y, w, hgt, colour, line, away) {
  ctx.strokeStyle = colour;
  ctx.lineWidth = line;
  ctx.strokeRect(x - away, y - away, w + 2 * away, hgt + 2 * away);
}

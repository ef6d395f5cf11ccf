/// The script of reports: sorts and filters tables, moves through the frames of animations, and unfolds what a link leads to.
/// Without it everything is there to read.
///
/// No string of it goes into the page as markup, and the text holds no `</`: it stands in a script element as it is.
enum PageScript {
  static let text = #"""

    "use strict";
    for (const table of document.querySelectorAll("table.sortable")) {
      const body = table.tBodies[0];
      const rows = Array.from(body.rows);
      const heads = Array.from(table.tHead.rows[0].cells);
      const value = (row, column) => {
        const cell = row.cells[column];
        const key = cell.dataset.key;
        if (key === undefined) return cell.textContent;
        return key === "inf" ? Infinity : key === "-inf" ? -Infinity : key === "nan" ? NaN : Number(key);
      };
      const rank = (one) => one === "" || Number.isNaN(one) ? 2 : typeof one === "number" ? 0 : 1;
      heads.forEach((head, column) => {
        head.querySelector("button").addEventListener("click", () => {
          const isDescending = head.getAttribute("aria-sort") === "ascending";
          for (const other of heads) other.removeAttribute("aria-sort");
          head.setAttribute("aria-sort", isDescending ? "descending" : "ascending");
          const sign = isDescending ? -1 : 1;
          const keyed = rows.map((row, index) => ({row, index, key: value(row, column)}));
          keyed.sort((a, b) => {
            // What there is nothing of comes last, whichever way.
            const difference = rank(a.key) - rank(b.key);
            if (difference !== 0) return difference;
            if (rank(a.key) === 2) return a.index - b.index;
            const order = typeof a.key === "number"
              ? a.key - b.key || 0 : a.key.localeCompare(b.key, "en", {numeric: true});
            return order * sign || a.index - b.index;
          });
          body.append(...keyed.map((item) => item.row));
        });
      });
      const filter = table.parentElement.querySelector("input[type=search]");
      if (!filter) continue;
      const count = table.parentElement.querySelector(".count");
      const texts = rows.map((row) => Array.from(row.cells).map((cell) =>
        (cell.dataset.label ? cell.dataset.label + "=" : "") + cell.textContent).join(" ").toLowerCase());
      // A column with its value means that value, not one that begins so: seed=1 is not seed=10.
      const values = rows.map((row) => new Set(Array.from(row.cells).filter((cell) => cell.dataset.label).flatMap((cell) => {
        const label = cell.dataset.label.toLowerCase() + "=";
        return [label + cell.textContent.toLowerCase().trim().split(/\s+/)[0], label + value(row, cell.cellIndex)];
      })));
      const labels = new Set(heads.slice(1).map((head) => head.textContent.trim().toLowerCase() + "="));
      const fits = (word, index) => {
        const end = word.indexOf("=") + 1;
        if (end === word.length || !labels.has(word.slice(0, end))) return texts[index].includes(word);
        const number = Number(word.slice(end));
        return values[index].has(word)
          || (!Number.isNaN(number) && values[index].has(word.slice(0, end) + number));
      };
      const show = () => {
        const words = filter.value.toLowerCase().split(/\s+/).filter((word) => word);
        let shown = 0;
        rows.forEach((row, index) => {
          row.hidden = !words.every((word) => fits(word, index));
          if (!row.hidden) shown += 1;
        });
        count.textContent = words.length ? shown + " of " + rows.length + " rows" : rows.length + " rows";
      };
      filter.addEventListener("input", show);
      show();
    }
    for (const player of document.querySelectorAll(".player")) {
      const frames = Array.from(player.parentElement.querySelectorAll(".frame"));
      const slider = player.querySelector("input");
      const button = player.querySelector("button");
      const output = player.querySelector("output");
      let timer = null;
      const show = () => {
        frames.forEach((frame, index) => { frame.hidden = index !== Number(slider.value); });
        const label = frames[Number(slider.value)].dataset.label;
        output.textContent = label;
        slider.setAttribute("aria-valuetext", label);
      };
      const stop = () => {
        clearInterval(timer);
        timer = null;
        button.textContent = "Play";
      };
      player.hidden = false;
      slider.addEventListener("input", () => { stop(); show(); });
      button.addEventListener("click", () => {
        if (timer !== null) return stop();
        button.textContent = "Stop";
        if (Number(slider.value) === frames.length - 1) slider.value = 0;
        show();
        timer = setInterval(() => {
          if (Number(slider.value) === frames.length - 1) return stop();
          slider.value = Number(slider.value) + 1;
          show();
        }, 150);
      });
      show();
    }
    const openTarget = () => {
      const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
      if (target && target.tagName === "DETAILS") target.open = true;
    };
    addEventListener("hashchange", openTarget);
    openTarget();

    """#
}

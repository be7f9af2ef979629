/** Copies the address of a figure or claim beside going there. */
export function enhanceSelfLink(link: HTMLAnchorElement): void {
  link.addEventListener('click', () => {
    // Not every browser allows it for a file; the address bar has the link in any case.
    void navigator.clipboard?.writeText(link.href).catch(() => undefined);
  });
}

/** What a reader does to leave the place that a link led to. */
const MOVES = ['wheel', 'touchmove', 'keydown', 'pointerdown'] as const;

/**
 * Keeps the target of a link where the jump put it while viewers above it are still opening, until
 * the reader moves on.
 */
export function holdTarget(): void {
  let target: Element | null = null;
  const hold = (): void => {
    target = location.hash === '' ? null : document.getElementById(location.hash.slice(1));
  };
  const observer = new ResizeObserver(() => target?.scrollIntoView({ behavior: 'instant' }));
  observer.observe(document.body);
  window.addEventListener('hashchange', hold);
  for (const move of MOVES) {
    window.addEventListener(move, () => (target = null), { passive: true });
  }
  hold();
}

/**
 * How far down the screen a section may begin and be the one that is read. Charts that are laid out
 * after a jump move its target down by up to a third.
 */
const READING_LINE = 0.4;

/**
 * Marks in the rail the section on the screen: the last one that begins above the reading line, or
 * at the end of the page, which cannot be scrolled further, the one that the address names.
 */
export function enhanceRail(rail: HTMLElement): void {
  const links = [...rail.querySelectorAll('a')].flatMap((link) => {
    const section = document.getElementById(link.hash.slice(1));
    return section === null ? [] : [{ link, section }];
  });
  const mark = (): void => {
    const { innerHeight } = window;
    const above = links.filter(
      ({ section }) => section.getBoundingClientRect().top <= READING_LINE * innerHeight,
    );
    const { scrollHeight } = document.documentElement;
    const isAtEnd = window.scrollY + innerHeight >= scrollHeight - 2;
    const named = links.find(({ link }) => link.hash === location.hash);
    const isNamedVisible =
      named !== undefined && named.section.getBoundingClientRect().top < innerHeight;
    const current = isAtEnd && isNamedVisible ? named : above.at(-1);
    for (const { link } of links) {
      if (link === current?.link) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    }
  };
  let isAsked = false;
  const ask = (): void => {
    if (isAsked) return;
    isAsked = true;
    requestAnimationFrame(() => {
      isAsked = false;
      mark();
    });
  };
  window.addEventListener('scroll', ask, { passive: true });
  window.addEventListener('hashchange', ask);
  ask();
}

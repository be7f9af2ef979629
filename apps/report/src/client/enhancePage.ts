/** Copies the address of a figure or claim beside going there. */
export function enhanceSelfLink(link: HTMLAnchorElement): void {
  link.addEventListener('click', () => {
    // Not every browser allows it for a file; the address bar has the link in any case.
    void navigator.clipboard?.writeText(link.href).catch(() => undefined);
  });
}

/** Marks in the rail the section that is on the screen. */
export function enhanceRail(rail: HTMLElement): void {
  const links = new Map(
    [...rail.querySelectorAll('a')].map((link) => [link.hash.slice(1), link] as const),
  );
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) continue;
        for (const [id, link] of links) {
          if (id === target.id) link.setAttribute('aria-current', 'true');
          else link.removeAttribute('aria-current');
        }
      }
    },
    { rootMargin: '-15% 0px -75% 0px' },
  );
  for (const id of links.keys()) {
    const section = document.getElementById(id);
    if (section !== null) observer.observe(section);
  }
}

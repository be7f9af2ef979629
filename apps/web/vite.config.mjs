import { createHash } from 'node:crypto';
import { defineConfig } from 'vite';

/**
 * Puts script and style sheet into the page, which then works from a file, too: browsers load
 * neither modules nor workers from files. A content security policy forbids every request.
 */
function oneFile() {
  return {
    name: 'one-file',
    apply: 'build',
    enforce: 'post',
    generateBundle(_, bundle) {
      const page = bundle['index.html'];
      const inline = [];
      for (const [name, part] of Object.entries(bundle)) {
        if (part.type === 'chunk') {
          // The end of a script element inside of a string would end this one.
          const code = part.code.replaceAll('</script', '<\\/script');
          inline.push({ tag: 'script', attributes: ' type="module"', text: `\n${code}` });
        } else if (name.endsWith('.css')) {
          inline.unshift({ tag: 'style', attributes: '', text: `\n${part.source}` });
        } else continue;
        delete bundle[name];
      }
      const hashes = (tag) =>
        inline.filter((part) => part.tag === tag).map(({ text }) => `'sha256-${hash(text)}'`);
      const policy = [
        "default-src 'none'",
        `script-src ${hashes('script').join(' ')} 'wasm-unsafe-eval' blob:`,
        `style-src ${hashes('style').join(' ')}`,
        'worker-src blob:',
        'img-src data: blob:',
      ];
      const meta = `<meta http-equiv="Content-Security-Policy" content="${policy.join('; ')}" />`;
      const markup = (tag) =>
        inline
          .filter((part) => part.tag === tag)
          .map(({ attributes, text }) => `<${tag}${attributes}>${text}</${tag}>`)
          .join('\n');
      const bare = String(page.source)
        .replace(/\s*<script[^>]*src=[^>]*><\/script>/g, '')
        .replace(/\s*<link rel="(stylesheet|modulepreload)"[^>]*>/g, '');
      page.source = bare
        .replace('<meta charset="utf-8" />', (charset) => `${charset}\n    ${meta}`)
        .replace('</head>', () => `${markup('style')}\n</head>`)
        .replace('</body>', () => `${markup('script')}\n</body>`);
    },
  };
}

function hash(text) {
  return createHash('sha256').update(text).digest('base64');
}

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  assetsInclude: ['**/*.wasm'],
  plugins: [oneFile()],
  build: {
    outDir: 'build',
    emptyOutDir: true,
    modulePreload: false,
    cssCodeSplit: false,
    rolldownOptions: { output: { codeSplitting: false } },
  },
  worker: { format: 'iife' },
});

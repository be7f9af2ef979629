import { createHash } from 'node:crypto';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { defineConfig } from 'vite';

/** What the page says where a browser cannot unpack its script. */
const TOO_OLD = 'This page needs a browser of 2023 or later.';

/**
 * Unpacks the script of the page and adds it. The policy names its hash, so nothing else runs.
 *
 * @param {string} code
 */
function packedScript(code) {
  const packed = gzipSync(code, { level: 9 }).toString('base64');
  return `
const packed = ${JSON.stringify(packed)};
try {
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  const script = document.createElement('script');
  script.type = 'module';
  script.textContent = await new Response(stream).text();
  document.body.append(script);
} catch {
  document.querySelector('main').textContent = ${JSON.stringify(TOO_OLD)};
}
`;
}

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
      /** @type {string[]} */
      const unpacked = [];
      for (const [name, part] of Object.entries(bundle)) {
        if (part.type === 'chunk') {
          unpacked.push(part.code);
          const text = packedScript(part.code);
          inline.push({ tag: 'script', attributes: ' type="module"', text });
        } else if (name.endsWith('.css')) {
          inline.unshift({ tag: 'style', attributes: '', text: `\n${part.source}` });
        } else continue;
        delete bundle[name];
      }
      const hashesOf = (texts) => texts.map((text) => `'sha256-${hash(text)}'`).join(' ');
      const texts = (tag) => inline.filter((part) => part.tag === tag).map(({ text }) => text);
      const policy = [
        "default-src 'none'",
        `script-src ${hashesOf([...texts('script'), ...unpacked])} 'wasm-unsafe-eval' blob:`,
        `style-src ${hashesOf(texts('style'))}`,
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

/** `module.wasm?packed` is the module as gzip in Base64: a quarter of the size that it has. */
function packedModules() {
  return {
    name: 'packed-modules',
    enforce: 'pre',
    load(id) {
      if (!id.endsWith('.wasm?packed')) return null;
      const packed = gzipSync(readFileSync(id.replace(/\?packed$/, '')), { level: 9 });
      return `export default ${JSON.stringify(packed.toString('base64'))};`;
    },
  };
}

const MODEL = join(import.meta.dirname, '../../results/standard/runs/non-blind-s0/model');

/** Lays a model of the reference runs beside the page, in the folder `model`. */
function referenceModel() {
  let folder = '';
  return {
    name: 'reference-model',
    apply: 'build',
    configResolved({ root, build }) {
      folder = join(build.outDir.startsWith('/') ? '' : root, build.outDir, 'model');
    },
    closeBundle() {
      if (existsSync(MODEL)) cpSync(MODEL, folder, { recursive: true });
    },
  };
}

/**
 * The back-end that ours extends, without the kernels in JavaScript that it registers otherwise:
 * networks run in WebAssembly.
 */
const CPU_WITHOUT_KERNELS = join(
  createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-cpu/package.json'),
  '../dist/base.js',
);

/** The back-end for GPUs that ours extends, without its kernels. */
const WEBGPU_WITHOUT_KERNELS = join(
  createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-webgpu/package.json'),
  '../dist/webgpu.js',
);

function hash(text) {
  return createHash('sha256').update(text).digest('base64');
}

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  resolve: {
    alias: {
      '@tensorflow/tfjs-backend-cpu': CPU_WITHOUT_KERNELS,
      '@tensorflow/tfjs-backend-webgpu': WEBGPU_WITHOUT_KERNELS,
    },
  },
  plugins: [packedModules(), oneFile(), referenceModel()],
  // With these headers a page may share memory between threads.
  server: {
    headers: {
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    },
  },
  build: {
    outDir: 'build',
    emptyOutDir: true,
    modulePreload: false,
    cssCodeSplit: false,
    rolldownOptions: { output: { codeSplitting: false } },
  },
  worker: { format: 'iife', plugins: () => [packedModules()] },
});

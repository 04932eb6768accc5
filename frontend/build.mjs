/* One step from src/ to src/guanxi/surfaces/ui/static/built/: style sheet, scripts, icon sprite, each also
   compressed, so that the server never compresses a static file at request time. */
import { brotliCompressSync, gzipSync, constants } from "node:zlib";
import { copyFileSync, cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "src", "guanxi", "surfaces", "ui", "static", "built");
const icons = join(here, "node_modules", "@tabler", "icons", "icons");
const pdfjs = join(here, "node_modules", "pdfjs-dist");
const noto = join(here, "node_modules", "@expo-google-fonts", "noto-sans-sc");
/* The folder of what pdf.js fetches while it draws bears its version, so that no browser keeps a stale part of it. */
const pdfFolder = `pdf-${JSON.parse(readFileSync(join(pdfjs, "package.json"), "utf8")).version}`;

/* The dark colours are written once; "auto" gets the same block under the reader's own preference. */
const darkTwice = {
  name: "dark-twice",
  setup({ onLoad }) {
    onLoad({ filter: /dark\.css$/ }, ({ path }) => {
      const css = readFileSync(path, "utf8");
      const auto = css.replace('[data-theme="dark"]', '[data-theme="auto"]');
      return { contents: `${css}\n@media screen and (prefers-color-scheme: dark) {\n${auto}\n}`, loader: "css" };
    });
  },
};

function iconNames() {
  return readFileSync(join(here, "icons.txt"), "utf8").split("\n").map((line) => line.trim()).filter((line) => line && !line.startsWith("#"));
}

/** One <symbol> an icon: only its shapes, the style comes from the sheet. */
function symbol(line) {
  const filled = line.endsWith("!");
  const name = filled ? line.slice(0, -1) : line;
  const file = join(icons, filled ? "filled" : "outline", `${name}.svg`);
  if (!existsSync(file)) throw new Error(`icons.txt names "${line}", which @tabler/icons does not have`);
  const shapes = readFileSync(file, "utf8").replace(/<!--[\s\S]*?-->/g, "").match(/<svg[^>]*>([\s\S]*)<\/svg>/)[1];
  const drawn = shapes.replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, "").replace(/\s+/g, " ").replace(/ ?\/>/g, "/>").replace(/> </g, "><").trim();
  return `<symbol id="${filled ? `${name}-filled` : name}" viewBox="0 0 24 24">${drawn}</symbol>`;
}

/** The mark in the browser's tab: the same drawing as in the rail, white on blue. */
function mark() {
  const drawn = readFileSync(join(icons, "outline", "topology-star-3.svg"), "utf8").replace(/<!--[\s\S]*?-->/g, "").match(/<svg[^>]*>([\s\S]*)<\/svg>/)[1];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#2457d6"/><g transform="translate(4 4)" fill="none" stroke="#fff" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round">${drawn.replace(/\s+/g, " ").trim()}</g></svg>`;
}

/** The worker of pdf.js and what it asks for when a document needs it: tables of Chinese characters, fonts, decoders, colours. */
function copyPdf() {
  const to = join(out, pdfFolder);
  mkdirSync(to);
  copyFileSync(join(pdfjs, "legacy", "build", "pdf.worker.min.mjs"), join(to, "worker.mjs"));
  copyFileSync(join(pdfjs, "LICENSE"), join(to, "LICENSE"));
  for (const name of ["cmaps", "standard_fonts", "wasm", "iccs"]) cpSync(join(pdfjs, name), join(to, name), { recursive: true });
}

/** What prints are set in: the server reads these, no browser does. */
function copyFonts() {
  const to = join(here, "..", "src", "guanxi", "surfaces", "prints", "fonts");
  mkdirSync(to, { recursive: true });
  for (const weight of ["400Regular", "700Bold"]) copyFileSync(join(noto, weight, `NotoSansSC_${weight}.ttf`), join(to, `NotoSansSC_${weight}.ttf`));
  copyFileSync(join(noto, "LICENSE_FONT"), join(to, "LICENSE"));
}

/** Everything in the top folder, and the large text of pdf.js; its tables and fonts are packed as they come. */
function compress() {
  const large = [join(pdfFolder, "worker.mjs"), ...readdirSync(join(out, pdfFolder, "wasm")).filter((name) => /\.(wasm|js)$/.test(name)).map((name) => join(pdfFolder, "wasm", name))];
  for (const name of [...readdirSync(out, { withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => entry.name), ...large]) {
    const bytes = readFileSync(join(out, name));
    const gz = gzipSync(bytes, { level: 9 });
    writeFileSync(join(out, `${name}.gz`), gz);
    writeFileSync(join(out, `${name}.br`), brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
    console.log(`${name.padEnd(32)} ${String(bytes.length).padStart(8)} B  ${String(gz.length).padStart(7)} B gz`);
  }
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
await build({
  entryPoints: { guanxi: join(here, "src", "guanxi.js"), passkey: join(here, "src", "passkey.js"), "guanxi-style": join(here, "src", "guanxi.css") },
  bundle: true, minify: true, format: "esm", splitting: true, target: ["es2021", "chrome109", "safari15.4", "firefox115"],
  outdir: out, chunkNames: "part-[name]-[hash]", entryNames: "[name]", legalComments: "none", define: { PDF_FOLDER: JSON.stringify(pdfFolder) }, plugins: [darkTwice], logLevel: "warning",
});
writeFileSync(join(out, "guanxi.css"), readFileSync(join(out, "guanxi-style.css")));
rmSync(join(out, "guanxi-style.css"));
const symbols = [...new Set(iconNames())].map(symbol);
writeFileSync(join(out, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`);
writeFileSync(join(out, "mark.svg"), mark());
copyPdf();
copyFonts();
compress();

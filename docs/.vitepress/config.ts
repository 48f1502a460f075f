/** The documentation's site: `npm run docs` builds it, `npm run docs:dev` serves it while it is written. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DefaultTheme, defineConfig } from 'vitepress';
import { linksOutside } from './markdown/links.js';
import { pagesAsPrograms } from './markdown/programs.js';

const docs = fileURLToPath(new URL('..', import.meta.url));
const dist = resolve(docs, '../dist');

/** The pages of a folder, by the numbers that their names begin with or else by name, with their first headings. */
function pagesOf(folder: string): DefaultTheme.SidebarItem[] {
  return readdirSync(join(docs, folder))
    .filter((name) => name.endsWith('.md') && name !== 'index.md')
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .map((name) => ({
      text: /^# (.*)$/m.exec(readFileSync(join(docs, folder, name), 'utf8'))?.[1]?.replaceAll('`', '') ?? name,
      link: `/${folder}/${name.replace(/\.md$/, '')}`,
    }));
}

/** What `docs/api.mjs` made, a group for each import. */
function apiPages(): DefaultTheme.SidebarItem[] {
  const file = join(docs, 'api/sidebar.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
}

const page = (text: string, link: string) => ({ text, link });

const guides: DefaultTheme.SidebarItem[] = [
  {
    text: 'Begin',
    items: [
      page('Your first model', '/guide/first-model'),
      page('From PyTorch', '/coming-from/pytorch'),
      page('From TensorFlow.js', '/coming-from/tensorflow'),
    ],
  },
  {
    text: 'Work',
    items: [
      page('Data', '/guide/data'),
      page('Training', '/guide/training'),
      page('Resuming', '/guide/resume'),
      page('Studies', '/guide/studies'),
      page('Charts and pictures', '/guide/charts'),
      page('Gallery', '/gallery'),
      page('Files', '/guide/files'),
    ],
  },
  {
    text: 'Ship',
    items: [
      page('Browser and workers', '/guide/browser'),
      page('Serving', '/guide/serving'),
      page('Speed', '/guide/speed'),
      page('Memory', '/guide/memory'),
    ],
  },
  {
    text: 'Look up',
    items: [
      page('What Hone has', '/reference/features'),
      page('The command', '/reference/command'),
      page('Where Hone runs', '/reference/hosts'),
      page('Questions', '/faq'),
      page('Measured speed', '/performance'),
      page('Agreement with PyTorch', '/conformance'),
      page('PyTorch’s names', '/coverage'),
      page('The documents’ experiments', '/study'),
    ],
  },
];

const lessons = pagesOf('lessons');
const koreanLessons = pagesOf('ko/lessons');

export default defineConfig({
  title: 'Hone',
  description: 'Deep learning for TypeScript: PyTorch’s ideas and names, no Python, in Node and in the browser',
  base: process.env['DOCS_BASE'] ?? '/',
  srcExclude: ['README.md', 'node_modules/**'],
  lastUpdated: false,
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: `${process.env['DOCS_BASE'] ?? '/'}hone.svg` }]],
  markdown: {
    theme: { light: 'github-light', dark: 'github-dark' },
    config(md) {
      md.use(pagesAsPrograms);
      md.use(linksOutside, docs);
    },
  },
  themeConfig: {
    logo: '/hone.svg',
    search: {
      provider: 'local',
      options: {
        detailedView: true,
        locales: {
          ko: {
            translations: {
              button: { buttonText: '검색', buttonAriaLabel: '검색' },
              modal: {
                displayDetails: '자세히 보기',
                noResultsText: '찾은 것이 없습니다:',
                resetButtonTitle: '지우기',
                backButtonTitle: '닫기',
                footer: { selectText: '선택', navigateText: '이동', closeText: '닫기' },
              },
            },
          },
        },
      },
    },
    outline: { level: [2, 3] },
    socialLinks: [],
    // Lessons lead to each other; of other pages there is one language, from which one goes to the other's first page.
    i18nRouting: false,
  },
  locales: {
    root: {
      label: 'English',
      lang: 'en',
      themeConfig: {
        nav: [
          { text: 'Guide', link: '/guide/first-model', activeMatch: '^/(guide|coming-from|reference)/' },
          { text: 'Lessons', link: '/lessons/', activeMatch: '^/lessons/' },
          { text: 'API', link: '/api/', activeMatch: '^/api/' },
          { text: 'Gallery', link: '/gallery' },
          { text: 'Questions', link: '/faq' },
        ],
        sidebar: {
          '/api/': apiPages(),
          '/lessons/': [
            { text: 'Lessons', link: '/lessons/', items: lessons },
            { text: 'In Korean', link: '/ko/lessons/', items: koreanLessons },
          ],
          '/': [...guides, { text: 'Lessons', link: '/lessons/', items: lessons }],
        },
      },
    },
    ko: {
      label: '한국어',
      lang: 'ko',
      description: 'TypeScript로 하는 딥러닝',
      themeConfig: {
        nav: [
          { text: '강의', link: '/ko/lessons/', activeMatch: '^/ko/lessons/' },
          { text: '가이드 (영어)', link: '/guide/first-model' },
          { text: 'API (영어)', link: '/api/' },
        ],
        sidebar: {
          '/ko/': [
            { text: '강의', link: '/ko/lessons/', items: koreanLessons },
            { text: '더 보기', items: [page('가이드 (영어)', '/guide/first-model'), page('API (영어)', '/api/')] },
          ],
        },
        outline: { level: [2, 3], label: '이 페이지에서' },
        docFooter: { prev: '이전', next: '다음' },
        darkModeSwitchLabel: '어둡게',
        sidebarMenuLabel: '목차',
        returnToTopLabel: '맨 위로',
        langMenuLabel: '언어',
      },
    },
  },
  vite: {
    resolve: {
      alias: [
        { find: /^hone$/, replacement: join(dist, 'index.js') },
        { find: /^hone\/(\w+)$/, replacement: join(dist, '$1/index.js') },
        // Programs in a page have files of their own, in memory.
        { find: /^#files$/, replacement: fileURLToPath(new URL('run/files.ts', import.meta.url)) },
      ],
    },
    // The engine's threads are workers within workers, and their code comes in pieces.
    worker: { format: 'es' },
    build: { chunkSizeWarningLimit: 2000, target: 'es2022' },
    optimizeDeps: { include: ['sucrase'] },
    server: {
      fs: { allow: [resolve(docs, '..')] },
      headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' },
    },
  },
});

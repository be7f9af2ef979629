/** @file The script of the page. */
import { buildPage } from './page/page.ts';
import './page/styles/page.css';
import './page/styles/viewer.css';

const main = document.querySelector('main');
if (main === null) throw new Error('internal: the page has no main element');
buildPage(main);

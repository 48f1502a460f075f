import type { Theme } from 'vitepress';
import DefaultTheme from 'vitepress/theme';
import LiveTraining from './components/LiveTraining.vue';
import PageProgram from './components/PageProgram.vue';
import './style.css';

export default {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component('PageProgram', PageProgram);
    app.component('LiveTraining', LiveTraining);
  },
} satisfies Theme;

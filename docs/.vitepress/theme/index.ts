import type { Theme } from 'vitepress';
import DefaultTheme from 'vitepress/theme';
import LiveTraining from './components/LiveTraining.vue';
import Program from './components/Program.vue';
import './style.css';

export default {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component('Program', Program);
    app.component('LiveTraining', LiveTraining);
  },
} satisfies Theme;

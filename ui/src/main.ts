import { mount } from 'svelte';
import App from './App.svelte';
import { connect } from './ipc/client';
import { showRemembered } from './panels/me.svelte';
import './theme/index.css';

showRemembered();

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app');
mount(App, { target, props: { client: connect() } });

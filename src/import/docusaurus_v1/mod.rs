//! Docusaurus v1: every `siteConfig.js` to one configuration with a docset for each project.

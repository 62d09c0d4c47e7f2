//! Region and profile, as AWS's own tools find them.

use aws_config::{
    ConfigLoader, Region, environment::EnvironmentVariableRegionProvider, meta::region::RegionProviderChain, profile::ProfileFileRegionProvider,
};

/// What is asked when nobody names a region.
pub(crate) const FIRST_REGION: &str = "us-east-1";

/// Sets a region and a profile where they are named. `elsewhere`: no cloud machine's metadata service is asked for the region, which mostly is not there
/// where another server than AWS's is.
pub(crate) fn placed(mut loader: ConfigLoader, region: Option<&str>, profile: Option<&str>, elsewhere: bool) -> ConfigLoader {
    if let Some(region) = region {
        loader = loader.region(Region::new(region.to_owned()));
    } else if elsewhere {
        let mut file = ProfileFileRegionProvider::builder();
        if let Some(name) = profile {
            file = file.profile_name(name);
        }
        let environment = EnvironmentVariableRegionProvider::new();
        loader = loader.region(RegionProviderChain::first_try(environment).or_else(file.build()).or_else(Region::new(FIRST_REGION)));
    }
    match profile {
        Some(profile) => loader.profile_name(profile),
        None => loader,
    }
}
